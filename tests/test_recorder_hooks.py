"""A recorder leaves a run as it is: its hooks are silent, fail quietly, go away, and are not in copies of a model."""

import copy
import pickle
import sys
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from test_recorder import WIDTHS, data, train
from test_recorder_loop import Node
from torch_like import SGD, Linear, Module, Net, tensor
from vgtext.diagnose import Recorder, tensors
from vgtext.diagnose.hooks import Hooks
from vgtext.diagnose.loop import Watch
from vgtext.diagnose.modules import of_calls, pair
from vgtext.diagnose.tensors import first

ONE, MANY = tensor(2.0), tensor(np.ones((4, 3)))


@dataclass
class Output:
    """What a model may return."""

    loss: object
    logits: object


@pytest.fixture
def net():
    return Net(WIDTHS)


def step(recorder, net, optimizer, before=lambda: None):
    x, y = data()
    optimizer.zero_grad()
    loss = net.backward(net(x), y)
    before()
    optimizer.step()
    recorder.step(loss)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_of_a_model_is_not_recorded_and_holds_no_recorder(net, again):
    optimizer = SGD(net.parameters())
    recorder, twin = Recorder(net, optimizer), again(net)
    assert b"Recorder" not in pickle.dumps(net)
    twin(tensor(100 * np.ones((5, 6))))
    step(recorder, net, optimizer)
    assert recorder.recording().input[0] == pytest.approx(float(data()[0].square().mean().sqrt()))
    assert recorder.unpaired == []


def test_what_fails_in_a_hook_is_said_and_the_step_is_left_out(net, monkeypatch):
    optimizer, measure = SGD(net.parameters()), tensors.measure
    recorder = Recorder(net, optimizer)
    for i in range(4):
        monkeypatch.setattr(tensors, "measure", measure if i != 1 else None)
        step(recorder, net, optimizer)
    assert recorder.recording().steps.tolist() == [1, 4] and recorder.recording().loss.size == 4
    assert recorder.unpaired == ["a step was not recorded: 'NoneType' object is not callable"]


def test_what_fails_outside_of_a_step_is_not_said_of_it(net, monkeypatch):
    optimizer, measure = SGD(net.parameters()), tensors.measure
    recorder = Recorder(net, optimizer)
    net.training = False
    monkeypatch.setattr(tensors, "measure", None)
    net(data()[0])
    net.training = True
    monkeypatch.setattr(tensors, "measure", measure)
    step(recorder, net, optimizer)
    assert recorder.unpaired == [] and recorder.recording().steps.tolist() == [1]


def test_a_tensor_that_has_a_shape_only_is_none():
    fake = tensor(np.ones((3, 6)))
    fake.fake_mode = "counts what a pass would cost"
    assert first(fake) is None and first((fake, MANY)) is MANY


def test_no_hook_stays_on_a_tensor_of_the_run(net):
    x = tensor(np.ones((4, 6)), True)
    recorder = Recorder(net, SGD(net.parameters()))
    for _ in range(2):
        net(x)
        assert len(x.hooks) == 1
        recorder.step(1.0)
        assert x.hooks == []
    net(x)
    recorder.detach()
    assert x.hooks == []


@pytest.mark.parametrize("kind", ["compiler", "jit"])
def test_where_a_graph_is_made_of_a_run_nothing_is_recorded_and_that_is_said(net, kind, monkeypatch):
    torch = SimpleNamespace(compiler=SimpleNamespace(is_compiling=lambda: kind == "compiler"),
                            jit=SimpleNamespace(is_tracing=lambda: kind == "jit"))
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert train(net, SGD(net.parameters())).recording().loop == ("no layer seen",)
    kind = "none"
    assert train(net, SGD(net.parameters())).recording().gradient.shape == (3, 3)


@pytest.mark.parametrize("learns", [True, False])
def test_the_input_of_a_recurrent_layer_that_does_not_learn_stays_as_it_is(net, learns):
    recorder = Recorder(net, SGD(net.parameters()))
    cell, x = net.lines[0], tensor(np.zeros((2, 4, 6)))
    cell.hidden_size, cell.flatten_parameters, cell.weight.requires_grad = 6, None, learns
    (given,) = [hook(cell, (x,)) for hook in cell.before]
    assert given[0].requires_grad if learns else given is None
    assert not x.requires_grad and recorder.unpaired == []


@pytest.mark.parametrize(("output", "found"), [
    (MANY, MANY), ((ONE, MANY), MANY), ({"loss": ONE, "logits": MANY}, MANY), (Output(ONE, [MANY]), MANY),
    (((None, 3), (MANY, ONE)), MANY), ((np.ones(3), "words"), None), (ONE, None),
    ((tensor(np.ones(3)) > 0, MANY), MANY)])
def test_the_output_of_a_model_is_found_in_what_it_returns(output, found):
    assert first(output) is found
    assert first(output, 0) is (ONE if output is ONE else found)


def test_a_model_that_returns_its_loss_is_recorded(net):
    forward, optimizer = net.forward, SGD(net.parameters())
    recorder, (x, y) = Recorder(net, optimizer), data()
    net.forward = lambda x: net.backward(forward(x), y)
    loss = net(x)
    optimizer.step()
    recorder.step(loss)
    made = recorder.recording()
    assert made.activation.shape == (1, 3) and (made.activation > 0).all()


def test_a_loss_alone_does_not_say_how_many_classes_there_are():
    watch = Watch(Module(), Hooks())
    watch.leaves(tensor(6.9), ())
    watch.steps(Node("NllLoss", "LogSoftmax", "Addmm"), 6.9, True, True)
    assert watch.found == set()


@pytest.mark.parametrize(("loss", "words"), [
    (tensor(np.ones(4)), r"got the shape \(4,\)"), (None, "got None"), ("low", "got 'low'"), ([1.0], r"got \[1.0\]")])
def test_a_loss_is_one_number(net, loss, words):
    with pytest.raises(ValueError, match=f"loss must be one number, {words}"):
        Recorder(net, SGD(net.parameters())).step(loss)


def test_a_loss_that_is_written_over_stays_what_it_was(net):
    recorder, loss = Recorder(net, SGD(net.parameters())), tensor(2.0)
    recorder.step(loss)
    loss[...] = 0
    assert recorder.recording().loss.tolist() == [2]


def test_a_gradient_that_is_gone_is_said(net):
    weight = net.lines[0].weight
    weight.register_hook(lambda p: setattr(p, "grad", None))
    recorder = Recorder(net, SGD(net.parameters()))
    net.backward(net(data()[0]), data()[1])
    recorder.step(1.0)
    assert "make the recorder before that hook" in recorder.unpaired[0] and recorder.recording().gradient is None


def test_gradients_that_no_backward_pass_made_are_said(net):
    """Whoever sets them may have made the step before the pass that was seen."""
    optimizer = SGD(net.parameters())
    recorder = Recorder(net, optimizer)
    for line in net.lines:
        line.weight.grad = tensor(np.ones(line.weight.shape))
    optimizer.step()
    net(data()[0])
    recorder.step(1.0)
    assert recorder.unpaired == ["a step was not recorded: gradients were set without a backward pass"]
    step(recorder, net, optimizer)
    assert recorder.recording().steps.tolist() == [2]


def test_a_layer_that_lost_its_weights_and_weights_that_stood_in_are_said(net):
    """As weight_norm does after the recorder was made, and torch.func for one pass."""
    optimizer, line = SGD(net.parameters()), net.lines[1]
    recorder, own = Recorder(net, optimizer), net.lines[1].weight
    line._parameters["weight"] = tensor(line.weight, True)
    net(data()[0])
    line._parameters["weight"] = own
    recorder.step(1.0)
    assert recorder.unpaired == ["a step was not recorded: other weights took the place of the model's in a pass"]
    line._children = {"norm": Module()}
    line._children["norm"]._parameters["v"] = line._parameters.pop("weight")
    net(data()[0])
    recorder.step(1.0)
    assert recorder.unpaired[1].endswith("make a new one") and recorder.recording().gradient is None


def test_weights_that_another_optimizer_moves_are_trained(net):
    optimizer, other = SGD([net.lines[2].weight]), SGD([line.weight for line in net.lines[:2]])
    recorder = Recorder(net, optimizer)
    step(recorder, net, optimizer, other.step)
    assert (recorder.recording().update > 0).all()


def test_an_adapter_belongs_to_the_layer_beside_it():
    base = Linear(4, 4, np.random.default_rng(0))
    base.weight.requires_grad = False
    adapted, model = Module(base=base), Module(head=Linear(4, 2, np.random.default_rng(1)))
    adapted._parameters["A"], model._parameters["table"] = tensor(np.ones((1, 4)), True), tensor(np.ones((3, 4)), True)
    model._children = {"one": adapted, **model._children}
    owned, unpaired = {"one.base": [base.weight], "head": [model._children["head"].weight]}, []
    pair(model, ["one.base", "head"], owned, unpaired)
    assert [p.shape for p in owned["one.base"]] == [(4, 4), (1, 4)] and unpaired == [".table: used outside a layer"]


def test_an_adapter_is_measured_by_its_own_weights_and_not_by_those_that_it_adapts(net):
    line, adapter = net.lines[0], tensor(0.01 * np.ones((1, 6)), True)
    line.weight.requires_grad, line._parameters["A"] = False, adapter
    recorder = Recorder(net, optimizer := SGD([adapter, net.lines[1].weight, net.lines[2].weight]))
    out = net(data()[0])
    adapter.grad = tensor(np.ones((1, 6)))
    loss = net.backward(out, data()[1])
    optimizer.step()
    recorder.step(loss)
    assert recorder.recording().weight[0, 0] == pytest.approx(0.01 * np.sqrt(6))


@pytest.mark.parametrize(("changes", "dense"), [
    ({}, True), ({"is_nested": True}, False), ({"layout": "torch.sparse_coo"}, False), ({"fake_mode": 1}, False)])
def test_what_has_no_place_for_each_number_is_not_measured(changes, dense):
    x = tensor(np.ones((2, 3)))
    vars(x).update(changes)
    assert tensors.is_dense(x) == dense


def test_the_gradient_of_a_sparse_embedding_has_the_size_of_its_rows_added_up():
    """Of such a tensor, places apart and the same place twice, nothing but this can be asked."""
    rows = SimpleNamespace(layout="torch.sparse_coo", coalesce=lambda: SimpleNamespace(
        values=lambda: tensor([[3.0, 0.0], [0.0, 4.0]])))
    assert tensors.size(rows) == pytest.approx(5)


def test_the_angle_between_complex_numbers_is_that_of_their_arrows():
    a = np.array([1 + 2j, -3j, 2.0]).view(type(tensor(0.0)))
    for turn, cosine in ((1, 1), (-1, -1), (1j, 0)):
        assert tensors.cosine(a, turn * a) == pytest.approx(cosine, abs=1e-6)


def test_batches_of_one_step_are_no_time_steps():
    squares, left = {"cell": {call: float(call) for call in range(1, 21)}}, {"cell": 20}
    assert of_calls(squares, left, 20) is None
    assert of_calls(squares, left, 2) == list(range(1, 11))
    assert len(of_calls(squares, left, 1)) == 20


def test_shortcuts_are_looked_for_in_the_output_where_the_loss_is_a_number_only(net):
    assert train(net, SGD(net.parameters())).recording().shortcuts is None
    forward = net.forward

    def made(x):
        out = forward(x)
        out.grad_fn = Node("Addmm")
        return out

    net.forward = made
    assert train(net, SGD(net.parameters())).recording().shortcuts is False
