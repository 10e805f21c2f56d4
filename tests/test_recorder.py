"""Recorders: what they record is what was computed, layers pair by themselves, and the model is left as it was."""

from types import SimpleNamespace

import numpy as np
import pytest

from torch_like import SGD, Linear, Module, Net, UninitializedParameter, Wrapped, tensor
from vgtext.diagnose import KerasRecorder, Recorder, diagnose, keras_layers, tensors
from vgtext.diagnose.modules import sound
from vgtext.diagnose.table import LOOP

WIDTHS = (6, 16, 12, 3)


def data(seed=0):
    rng = np.random.default_rng(seed)
    return tensor(rng.standard_normal((32, 6))), rng.standard_normal((32, 3))


def train(net, optimizer, steps=5, every=100, forget=True):
    recorder, (x, y) = Recorder(net, optimizer, every=every), data()
    for _ in range(steps):
        if forget:
            optimizer.zero_grad()
        loss = net.backward(net(x), y)
        optimizer.step()
        recorder.step(loss)
    return recorder


def lazy():
    net = Net(WIDTHS)
    net.lines[0]._parameters["weight"] = net.lines[0].weight.view(UninitializedParameter)
    return net


def test_a_row_holds_what_was_computed():
    net, (x, y) = Net(WIDTHS), data()
    optimizer = SGD(net.parameters())
    recorder, before = Recorder(net, optimizer), [np.array(line.weight) for line in net.lines]
    loss = net.backward(out := net(x), y)
    gradients = [np.array(line.weight.grad) for line in net.lines]
    a = [np.maximum(np.asarray(line.z), 0) for line in net.lines[:-1]]
    optimizer.step()
    recorder.step(loss)
    made = recorder.recording()
    assert made.names == ("block.line0", "block.line1", "block.line2") and recorder.unpaired == []
    assert made.gradient[0] == pytest.approx([np.linalg.norm(g) for g in gradients])
    assert made.weight[0] == pytest.approx([np.linalg.norm(w) for w in before])
    assert made.update[0] == pytest.approx([0.05 * np.linalg.norm(g) for g in gradients])
    assert made.activation[0] == pytest.approx([np.sqrt(np.mean(v**2)) for v in (*a, np.asarray(out))])
    assert made.dead[0] == pytest.approx([np.mean((v == 0).all(axis=0)) for v in (*a, np.asarray(out))])
    assert made.error[0][0] == pytest.approx(np.linalg.norm(net.errors_at_first))
    error = 2 * (np.asarray(out) - y) / y.size
    assert made.error[0][-1] == made.activation_error[0][-1] == pytest.approx(np.linalg.norm(error))
    assert made.activation_error[0][1] == pytest.approx(np.linalg.norm(error @ before[2]))
    assert made.input[0] == pytest.approx(np.sqrt(np.mean(np.square(x)))) and made.learning_rate[0] == 0.05
    assert made.cosine[0] == pytest.approx(-1)
    assert made.many_answers is False


class Turned(SGD):
    """A step along the gradient, as with ``maximize=True``, or down it; ``forgets`` the gradient in the end."""

    def __init__(self, parameters, sign, forgets=False):
        super().__init__(parameters)
        self.sign, self.forgets = sign, forgets

    def step(self):
        for p in self.param_groups[0]["params"]:
            p += self.sign * 0.05 * p.grad
        if self.forgets:
            self.zero_grad()


@pytest.mark.parametrize(("sign", "forgets", "known"), [(1, False, 1.0), (-1, False, -1.0), (1, True, None)])
def test_the_angle_between_step_and_gradient_tells_where_steps_lead(sign, forgets, known):
    net = Net(WIDTHS)
    made = train(net, Turned(net.parameters(), sign, forgets), steps=5).recording()
    assert made.cosine is None if known is None else made.cosine == pytest.approx(known)
    assert (diagnose(made).cause == LOOP) is (known == 1)


def test_few_steps_are_recorded_and_every_loss_is():
    net = Net(WIDTHS)
    made = train(net, SGD(net.parameters()), steps=70, every=np.int64(30)).recording()
    assert made.steps.tolist() == [1, 2, 4, 8, 16, 30, 32, 60, 64] and len(made.loss) == 70


def test_layers_that_the_optimizer_does_not_hold_are_named():
    net = Net(WIDTHS)
    found = diagnose(train(net, SGD([net.lines[-1].weight])).recording())
    assert found.cause == "layers not trained" and "layers 1 and 2" in found.evidence[0]


def test_what_is_not_called_or_owned_by_a_layer_is_said():
    net = Net(WIDTHS)
    net._children["spare"] = Linear(3, 3, np.random.default_rng(0))
    net._parameters["table"] = tensor(np.ones((4, 4)), True)
    recorder = train(net, SGD(line.weight for line in net.lines))
    assert recorder.unpaired == ["the weights of spare: its module was not called", ".table: used outside a layer"]
    assert recorder.recording().gradient.shape == (3, 3)


def test_a_step_in_which_a_layer_has_no_example_is_left_out():
    net = Net(WIDTHS)
    recorder, (x, _) = Recorder(net, SGD(net.parameters())), data()
    for rows in (32, 0, 32, 32):
        net.lines[0](x)
        net.lines[1](tensor(np.ones((rows, 16)), True))
        net.lines[2](tensor(np.ones((32, 12)), True))
        np.asarray(net.lines[0].weight)[...] += 0.1
        recorder.step(1.0)
    assert recorder.recording().steps.tolist() == [1, 4] and recorder.recording().loss.size == 4


def test_an_error_that_was_not_seen_is_not_recorded_as_0():
    """A cell of which the last state alone is used learns, and no error comes back through its outputs."""
    net, (x, y) = Net(WIDTHS), data()
    optimizer = SGD(net.parameters())
    recorder, out = Recorder(net, optimizer), net(x)
    net.lines[1].z.hooks.clear()
    loss = net.backward(out, y)
    optimizer.step()
    recorder.step(loss)
    made = recorder.recording()
    assert made.error is None and (made.gradient > 0).all()


def test_the_state_that_stands_behind_a_packed_sequence_is_not_taken_for_the_input():
    net, state = Net(WIDTHS), tensor(np.zeros((1, 4, 6)), True)
    Recorder(net, SGD(net.parameters()))
    cell = net.lines[0]
    cell.hidden_size, cell.flatten_parameters = 6, None
    assert [hook(cell, ("packed", state)) for hook in cell.before] == [None]
    assert [hook(cell, (state, state))[1] is state for hook in cell.before] == [True]


@pytest.mark.parametrize("has", [("hidden_size",), ("hidden_size", "num_heads"), ("hidden_size", "input_size")])
def test_the_input_of_what_is_no_recurrent_layer_stays_the_same_object(has):
    """A layer may add to its input in place, which another object would not notice, or forbid."""
    net, x = Net(WIDTHS), tensor(np.zeros((2, 4, 6)))
    Recorder(net, SGD(net.parameters()))
    vars(layer := net.lines[0]).update(dict.fromkeys(has, 6))
    assert [hook(layer, (x,)) for hook in layer.before] == [None]


def test_a_pass_inside_a_transform_is_passed_over():
    """As inside vmap or grad of torch.func, beside a pass that is recorded."""
    alone, net, (x, y) = Net(WIDTHS), Net(WIDTHS), data()
    expected, optimizer = train(alone, SGD(alone.parameters()), steps=1), SGD(net.parameters())
    recorder, other = Recorder(net, optimizer), x.view(Wrapped)

    def pass_by():
        for line in net.lines:
            assert [hook(line, (other,)) for hook in line.before] == [None]
            assert [hook(line, (other,), other) for hook in line.after] == [None]
        assert [hook(net, (other,), other) for hook in net.after] == [None]

    pass_by()
    loss = net.backward(net(x), y)
    pass_by()
    optimizer.step()
    recorder.step(loss)
    found, wanted = (each.recording().given() for each in (recorder, expected))
    assert found.keys() == wanted.keys() and all(np.array_equal(found[name], wanted[name]) for name in found)


def test_a_parameter_that_takes_the_place_of_another_is_not_trained():
    """As after load_state_dict(assign=True): the optimizer holds the ones that were there before."""
    net, (x, y) = Net(WIDTHS), data()
    optimizer = SGD(net.parameters())
    recorder = Recorder(net, optimizer)
    for line in net.lines:
        line.weight = line._parameters["weight"] = tensor(line.weight, True)
    for _ in range(3):
        loss = net.backward(net(x), y)
        recorder.step(loss)
    made = recorder.recording()
    assert made.steps.tolist() == [3] and (made.gradient > 0).all() and (made.update == 0).all()


def test_a_model_that_is_evaluated_is_not_recorded():
    net, (x, _) = Net(WIDTHS), data()
    recorder = Recorder(net, SGD(net.parameters()))
    net.training = False
    net(x)
    recorder.step(tensor(1.0))
    assert recorder.recording().given().keys() == {"loss", "optimizer", "loop"}
    assert recorder.recording().loop == ("no layer seen",)


def test_a_step_that_a_scaler_skipped_is_left_out_and_of_what_stays_broken_the_first_is_kept():
    rows = [{"gradient": [size, 1.0], "error": [np.nan, 2.0]} for size in (1.0, np.inf, 3.0, np.nan, np.inf)]
    kept = [row["gradient"][0] for row in sound(rows, ("gradient", "error"))]
    assert kept == pytest.approx([1, 3, np.nan], nan_ok=True)
    assert sound([], ("gradient",)) == []


def test_a_recorder_lets_go():
    net = Net(WIDTHS)
    recorder = train(net, SGD(net.parameters()))
    recorder.detach()
    assert not any(module.before or module.after for module in net.modules())
    assert not any(line.weight.hooks for line in net.lines)


def test_evaluations_are_kept(tmp_path):
    net = Net(WIDTHS)
    recorder = train(net, SGD(net.parameters()))
    recorder.evaluate(train_accuracy=0.5, test_accuracy=0.4)
    recorder.save(tmp_path / "run.npz")
    recorder.evaluate(test_loss=0.9, constant_loss=1.5)
    assert recorder.recording().test_accuracy.tolist() == [0.4] and recorder.recording().constant_loss == 1.5
    with pytest.raises(ValueError, match="test_loss and constant_loss, got accuracy"):
        recorder.evaluate(accuracy=1.0)


@pytest.mark.parametrize(("make", "error", "words"), [
    (lambda: Recorder(None, SGD([])), TypeError, "model must be a PyTorch module, got NoneType"),
    (lambda: Recorder(Net(WIDTHS), None), TypeError, "optimizer must be a PyTorch optimizer, got NoneType"),
    (lambda: Recorder(Net(WIDTHS), SGD([]), every=0), ValueError, "every must be a whole number of steps above 0"),
    (lambda: Recorder(Module(), SGD([])), ValueError, "model must own a matrix of weights"),
    (lambda: Recorder(lazy(), SGD([])), ValueError, "block.line0.weight has no shape yet: send a batch through"),
    (lambda: KerasRecorder(None), TypeError, "model must be a Keras model, got NoneType"),
    (lambda: KerasRecorder(Model([]), object()), TypeError, "optimizer must be a Keras optimizer"),
    (lambda: KerasRecorder(Model([])), ValueError, "model must have a layer that owns a kernel"),
    (lambda: KerasRecorder(Model([Dense("a", 2, 2)]), every=1.5), ValueError, "every must be a whole number of steps"),
    (lambda: KerasRecorder(Model([Dense("a", 2, 2)])).recording(), ValueError, "nothing was recorded yet"),
    (lambda: Recorder(Net([2, 2]), SGD([])).recording(), ValueError, r"nothing was recorded yet: call step\(loss\)"),
])
def test_what_cannot_be_recorded_is_refused_by_name(make, error, words):
    with pytest.raises(error, match=words):
        make()


class Dense:
    """A layer of Keras's: ``call``, ``weights``, ``name``."""

    def __init__(self, name, n_in, n_out, relu=True):
        rng = np.random.default_rng(n_in + n_out)
        self.name, self.relu = name, relu
        self.kernel, self.bias = rng.standard_normal((n_in, n_out)) / n_in**0.5, np.zeros(n_out)
        self.weights = [self.kernel, self.bias]

    def __call__(self, x):
        return self.call(x)

    def call(self, x):
        z = x @ self.kernel + self.bias
        return np.maximum(z, 0) if self.relu else z


class Rule:
    """An optimizer of Keras's: ``apply`` and ``learning_rate``."""

    learning_rate = 0.1

    def apply(self, gradients, variables):
        for v, g in zip(variables, gradients):
            v -= self.learning_rate * g


class Model:
    """A model of Keras's; a layer may hold layers."""

    def __init__(self, layers):
        self.layers, self.optimizer = layers, Rule()
        self.trainable_variables = [v for layer in layers for v in getattr(layer, "weights", ())]

    def call(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def compute_loss(self, x=None, y=None, y_pred=None, training=True):
        return len(y)


def test_keras_layers_are_recorded_as_computed():
    model = Model([Dense("first", 5, 8), Dense("second", 8, 7), Dense("head", 7, 2, relu=False)])
    optimizer, calls = model.optimizer, [layer.call for layer in model.layers]
    recorder, x = KerasRecorder(model), np.random.default_rng(0).standard_normal((20, 5))
    gradients = [np.full_like(v, 0.5) for v in model.trainable_variables]
    before = [layer.kernel.copy() for layer in model.layers]
    for _ in range(3):
        model.call(x)
        optimizer.apply(gradients, model.trainable_variables)
        recorder.step(2.0)
    made = recorder.recording()
    assert made.steps.tolist() == [1, 2] and made.names == ("first", "second", "head") and len(made.loss) == 3
    assert made.gradient[0] == pytest.approx([0.5 * np.sqrt(layer.kernel.size) for layer in model.layers])
    assert made.update[0] == pytest.approx(0.1 * made.gradient[0])
    assert made.cosine == pytest.approx([-1, -1])
    assert made.weight[0] == pytest.approx([np.linalg.norm(w) for w in before])
    a1 = np.maximum(x @ before[0], 0)
    assert made.activation[0][0] == pytest.approx(np.sqrt(np.mean(a1**2))) and made.dead is not None
    recorder.detach()
    assert [layer.call for layer in model.layers] == calls and not any("call" in vars(one) for one in model.layers)
    assert optimizer.apply.__self__ is optimizer and model.compute_loss.__self__ is model


def test_in_keras_a_layer_that_is_used_twice_is_one_and_padding_is_no_part_of_the_size_of_the_inputs():
    shared = Dense("shared", 5, 5)
    model = Model([shared, SimpleNamespace(layers=[shared]), Dense("head", 5, 2, relu=False)])
    assert keras_layers.leaves(model) == [shared, model.layers[-1]]
    model.call = lambda x: model.layers[-1](shared(shared(x)))
    recorder, x = KerasRecorder(model), np.full((20, 5), 3.0)
    x[::2] = 0
    model.call(x)
    model.optimizer.apply([np.ones_like(v) for v in model.trainable_variables], model.trainable_variables)
    recorder.step(1.0)
    made = recorder.recording()
    assert made.names == ("shared", "head") and made.input == pytest.approx([3.0])
    assert made.recurrent is False
    model.layers[-1].return_sequences = False  # which layers that go through time have
    assert recorder.recording().recurrent


def test_a_loss_of_ones_own_is_there_again_after_a_keras_recorder():
    model, mine = Model([Dense("only", 3, 2)]), lambda x=None, y=None, y_pred=None: 7.0
    model.compute_loss = mine
    recorder = KerasRecorder(model)
    assert model.compute_loss is not mine
    recorder.detach()
    assert model.compute_loss is mine


class Brief:
    """A tensor of 16 bits, of which NumPy knows nothing."""

    dtype = "torch.bfloat16"

    def __init__(self, values):
        self.values, self.shape = values, values.shape

    def detach(self):
        return self

    def cpu(self):
        return self

    def float(self):
        return self.values

    def __array__(self, *given, **named):
        raise TypeError("Got unsupported ScalarType BFloat16")


@pytest.mark.parametrize("packed", [lambda z: (z, z.sum()), lambda z: {"sequence": z, "state": 2 * z}, Brief])
def test_a_keras_layer_is_recorded_by_the_first_tensor_that_it_returns(packed):
    made = []
    for returned in (packed, lambda z: z):
        first, head = Dense("first", 5, 8), Dense("head", 8, 2, relu=False)
        compute = head.call
        head.call = lambda x, compute=compute, returned=returned: returned(compute(x))
        recorder, x = KerasRecorder(model := Model([first, head])), np.random.default_rng(0).standard_normal((20, 5))
        model.call(x)
        model.optimizer.apply([np.ones_like(v) for v in model.trainable_variables], model.trainable_variables)
        recorder.step(1.0)
        made.append(recorder.recording().activation)
    assert np.array_equal(*made)


def test_batches_of_one_class_each_are_seen_in_keras_while_it_trains():
    model = Model([Dense("only", 3, 2, relu=False)])
    model.loss, recorder, out = "sparse_categorical_crossentropy", KerasRecorder(model), np.zeros((16, 2))
    for batch in range(8):
        assert model.compute_loss(y=np.full(16, batch // 4), y_pred=out) == 16
        model.compute_loss(y=np.arange(16) % 2, y_pred=out, training=False)
        recorder.step(1.0)
    assert recorder.recording().loop == ("one class a batch", "no layer seen")


@pytest.mark.parametrize(("scale", "known"), [(1.0, True), (1.1, False)])
def test_in_keras_the_loss_of_a_constant_answer_is_known_if_the_loss_is_that_of_the_answers(scale, known):
    model = Model([Dense("only", 3, 2, relu=False)])
    p, model.loss = np.array([[0.9, 0.1], [0.8, 0.2]])[np.arange(100) % 2], "sparse_categorical_crossentropy"
    model.compute_loss = lambda x=None, y=None, y_pred=None: -scale * np.log(y_pred[np.arange(len(y)), y]).mean()
    recorder = KerasRecorder(model)
    for _ in range(4):
        recorder.step(model.compute_loss(y=(np.arange(100) % 10 == 0).astype(int), y_pred=p))
    found = recorder.recording().constant_loss
    assert found == (pytest.approx(-0.9 * np.log(0.9) - 0.1 * np.log(0.1), abs=0.01) if known else None)


def test_a_callback_undoes_the_running_mean_of_an_epoch():
    recorder = KerasRecorder(Model([Dense("only", 3, 2)]))
    for epoch in range(2):
        for batch, mean in enumerate((3.0, 2.0, 2.0)):  # losses 3, 1, 2
            recorder.on_train_batch_end(batch, {"loss": mean})
        recorder.on_epoch_end(epoch, {"accuracy": 0.5, "val_accuracy": 0.4, "val_loss": 2.5, "loss": 2.0})
    made = recorder.recording()
    assert made.loss == pytest.approx([3, 1, 2] * 2) and made.test_accuracy.tolist() == [0.4, 0.4]


@pytest.mark.parametrize(("first", "outlier", "third"), [(3.0, 3.0, 0.0), (3.0, 1e9, 1e3)])
def test_a_loss_that_the_sum_of_an_epoch_does_not_resolve_is_0_unless_its_rounding_is_large(first, outlier, third):
    recorder = KerasRecorder(Model([Dense("only", 3, 2)]))
    for batch, total in enumerate((first, first + outlier, first + outlier)):
        recorder.on_train_batch_end(batch, {"loss": total / (batch + 1)})
    assert recorder.recording().loss == pytest.approx([first, outlier, third])


def test_a_callback_that_is_told_of_every_second_step_takes_their_mean():
    model = Model([Dense("first", 3, 4), Dense("only", 4, 2)])
    recorder, x = KerasRecorder(model), np.ones((2, 3))
    for _ in range(2):
        for batch, mean in ((1, 3.0), (3, 2.0), (5, 2.0)):  # pairs of losses with the means 3, 1, 2
            for _ in range(2):
                model.call(x)
                model.optimizer.apply([np.ones_like(v) for v in model.trainable_variables], model.trainable_variables)
            recorder.on_train_batch_end(batch, {"loss": mean})
    made = recorder.recording()
    assert made.loss == pytest.approx([3, 1, 2] * 2) and made.steps.tolist() == [1, 2, 4]


@pytest.mark.parametrize("batches", [3, 5])
def test_where_gradients_of_batches_are_added_up_the_one_that_moves_weights_is_recorded(batches):
    model, x = Model([Dense("first", 3, 4), Dense("only", 4, 2)]), np.ones((2, 3))
    model.optimizer.gradient_accumulation_steps, steps = batches, []
    apply = model.optimizer.apply
    model.optimizer.apply = lambda g, v: apply(g, v) if len(steps) % batches == batches - 1 else None
    recorder = KerasRecorder(model)
    for i in range(20):
        model.call(x)
        model.optimizer.apply([np.ones_like(v) for v in model.trainable_variables], model.trainable_variables)
        recorder.step(1.0)
        steps.append(i)
    made = recorder.recording()
    assert (made.update > 0).all() and (made.steps % batches == 0).all() and made.steps[0] == batches


def test_a_frozen_layer_is_recorded_by_what_it_used_where_nothing_is_left_of_it():
    model, x = Model([Dense("first", 3, 3), Dense("only", 3, 2)]), np.ones((2, 3))
    model.layers[0].weights = [frozen := SimpleNamespace(value=np.eye(3), shape=(3, 3), trainable=False)]
    recorder = KerasRecorder(model)
    model.call(x)
    frozen.value = None  # as in a step of JAX's
    model.optimizer.apply([np.ones_like(v) for v in model.layers[1].weights], model.layers[1].weights)
    recorder.step(1.0)
    made = recorder.recording()
    assert not recorder.unpaired and made.update[0][0] == 0 and made.weight[0][0] == pytest.approx(3**0.5)


def test_much_dropout_and_a_run_of_which_no_layer_was_seen_are_said_in_keras():
    layers = [Dense("first", 3, 4), *(type("Dropout", (), {"rate": rate})() for rate in (0.2, 0.8))]
    recorder = KerasRecorder(Model(layers))
    recorder.step(1.0)
    assert recorder.recording().loop == ("much dropout", "no layer seen")
    assert "in Keras run_eagerly=True" in diagnose(recorder.recording()).remedy
    assert keras_layers.drops(Model(layers[:2])) == []


def test_what_rounding_leaves_of_a_running_mean_is_no_loss_below_0():
    recorder = KerasRecorder(Model([Dense("only", 3, 2)]))
    for batch, mean in enumerate((1.0, 0.5 - 1e-9, 1.0)):
        recorder.on_train_batch_end(batch, {"loss": mean})
    assert recorder.recording().loss.tolist() == [1, 0, pytest.approx(2)]


def test_what_a_recorder_cannot_read_in_keras_is_said_and_a_call_without_numbers_is_none():
    model, x = Model([Dense("first", 5, 8), Dense("head", 8, 2)]), np.ones((4, 5))
    call, recorder = model.layers[0].call, KerasRecorder(model)
    assert (model.layers[0](x) == call(x)).all()
    bad = SimpleNamespace(shape=(4, 2), dtype="float32", detach=lambda: None)
    traced = SimpleNamespace(primal=type("DynamicJaxprTracer", (), {"shape": (4, 2), "dtype": "float32"})())
    for output, said in ((SimpleNamespace(device="meta"), 0), (traced, 0), (traced.primal, 0), (bad, 1)):
        recorder._call(model.layers[1], lambda x, output=output: output, x)
        recorder.step(1.0)
        assert len(recorder.unpaired) == said
    assert recorder.unpaired[0].startswith("a step was not recorded: ")
    model.compute_loss = lambda x, y, y_pred: traced  # so does JAX, to learn the shapes of a model
    recorder = KerasRecorder(model)
    assert model.compute_loss(x, np.zeros(4), traced) is traced
    recorder.step(1.0)
    assert recorder.unpaired == []


def test_a_step_of_keras_in_which_a_layer_could_not_be_read_is_left_out():
    model, x = Model([Dense("first", 5, 8), Dense("head", 8, 2)]), np.ones((4, 5))
    recorder = KerasRecorder(model)
    for readable in (False, True):
        if not readable:
            recorder._call(model.layers[1], lambda x: SimpleNamespace(shape=(4, 2), detach=lambda: None), x)
        model.call(x)
        model.optimizer.apply([np.ones_like(v) for v in model.trainable_variables], model.trainable_variables)
        recorder.step(1.0)
    made = recorder.recording()
    assert made.steps.tolist() == [2] and made.names == ("first", "head") and len(recorder.unpaired) == 1


@pytest.mark.parametrize(("steps", "known"), [(["Dense", "Add", "Dense"], True), (["Dense", "Dense"], False),
                                              ([], None), (["Dense", ["Add"]], True)])
def test_shortcuts_of_keras_are_those_of_its_graph(steps, known):
    def graph(names):
        parts = [graph(one) if isinstance(one, list) else type(one, (), {})() for one in names]
        return SimpleNamespace(operations=parts, layers=[])

    assert keras_layers.adds(graph(steps)) is known


def test_zeros_of_the_output_make_no_hidden_unit_dead():
    live, half = np.ones((4, 3)), np.array([[0.0, 1, 0], [0, 0, 1]] * 2)
    assert keras_layers.dead([live, live, half]) is None
    assert keras_layers.dead([live, half, live]) == pytest.approx([0, 1 / 3, 0])


def test_rows_of_a_gradient_and_what_jax_traces_are_read():
    rows = SimpleNamespace(dense_shape=np.array([4, 2]), indices=np.array([1, 3, 1]), values=np.ones((3, 2)))
    assert keras_layers.numbers(rows).tolist() == [[0, 0], [2, 2], [0, 0], [1, 1]]
    traced = SimpleNamespace(primal=SimpleNamespace(primal=np.arange(3)), shape=(3,))
    assert keras_layers.numbers(traced).tolist() == [0, 1, 2]


def test_half_precision_of_keras_is_read():
    half = type("bfloat16", (), {"name": "bfloat16", "__str__": lambda self: "torch.bfloat16"})()
    x = SimpleNamespace(dtype=half, float=lambda: np.ones(3, np.float32))
    assert keras_layers.numbers(x).tolist() == [1, 1, 1]


@pytest.mark.parametrize("number", [1e-40, 1e-23, 0.5, 1e20, 1e37])
def test_sizes_are_measured_whose_squares_are_beyond_float32(number):
    """As those of gradients behind thirty layers of sigmoids. What is no number stays none."""
    x = tensor(np.full((4, 3), number, np.float32))
    assert float(tensors.size(x)) == pytest.approx(number * 12**0.5, rel=1e-4)
    assert tensors.norms(x).tolist() == pytest.approx([number * 3**0.5] * 4, rel=1e-4)
    assert float(tensors.measure(x, -1)[0]) == pytest.approx(number, rel=1e-4)
    assert keras_layers.size(np.asarray(x)) == pytest.approx(number * 12**0.5, rel=1e-4)
    with np.errstate(invalid="ignore"):
        for what in (np.nan, np.inf):
            assert not np.isfinite(float(tensors.size(tensor(np.array([1.0, what], np.float32)))))
