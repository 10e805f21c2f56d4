"""Slips in the code of a loop: a recorder sees those that are there and no others, and they are said first."""

from types import SimpleNamespace

import numpy as np
import pytest

from test_recorder import WIDTHS, Dense, Model, data, train
from torch_like import SGD, Module, Net, tensor
from vgtext.diagnose import (
    CAUSES,
    UNDECIDED,
    KerasRecorder,
    Recorder,
    Recording,
    diagnose,
    keras_losses,
    measure_symptoms,
)
from vgtext.diagnose.hooks import Hooks
from vgtext.diagnose.keras_layers import decays, slips
from vgtext.diagnose.keras_losses import is_sum, of_loss, targets_of_keras
from vgtext.diagnose.loop import Watch, of_modules
from vgtext.diagnose.slips import SLIPS
from vgtext.diagnose.table import LOOP
from vgtext.diagnose.targets import Targets, cross_entropies
from vgtext.diagnose.tensors import uniform

FLAT = np.full(100, 2.0)
ROWS = {"gradient": np.ones((4, 5)), "activation": np.ones((4, 5)), "update_ratio": np.full((4, 5), 2e-3)}
LOGITS = type("CategoricalCrossentropy", (), {"from_logits": True})()


class Node:
    """A node of a graph; its name, and the node before it."""

    def __init__(self, *names):
        self.word, self.next_functions = f"{names[0]}Backward0", [(Node(*names[1:]), 0)] if names[1:] else []
        self._saved_dim = 1

    def name(self):
        return self.word


@pytest.mark.parametrize(("names", "slip"), [
    (("NllLoss", "LogSoftmax", "Softmax", "Addmm"), "activation twice"),
    (("Div", "NllLoss", "LogSoftmax", "View", "Sigmoid", "Addmm"), "activation twice"),
    (("BinaryCrossEntropyWithLogits", "Squeeze", "Sigmoid", "Addmm"), "activation twice"),
    (("NllLoss", "LogSoftmax", "Relu", "Addmm"), "logits cut off"),
    (("BinaryCrossEntropyWithLogits", "View", "Relu", "Addmm"), "logits cut off"),
    (("NllLoss", "LogSoftmax", "Addmm", "Relu", "Addmm"), None), (("MseLoss", "Relu", "Addmm"), None),
    (("NllLoss", "Addmm"), "no logarithm"),
    (("MseLoss", "Expand", "Addmm"), "broadcast"),
    (("NllLoss", "LogSoftmax", "Addmm", "Softmax", "Addmm"), None),
    (("NllLoss", "Log", "Softmax", "Addmm"), None),
    (("BinaryCrossEntropy", "Sigmoid", "Addmm"), None),
    (("MseLoss", "Sigmoid", "Addmm", "Expand"), None),
    (("BinaryCrossEntropyWithLogits", "View", "Addmm"), None)])
def test_the_end_of_the_graph_tells_what_the_loss_was_given(names, slip):
    watch = Watch(Module(), Hooks())
    watch.steps(Node(*names), 1.0, True, True)
    assert watch.found == ({slip} if slip else set())


@pytest.mark.parametrize(("between", "rows", "seen"), [
    ((), np.full((6, 4), 0.25), True), (("Slice", "View"), np.eye(6), True), (("Log",), np.full((6, 4), 0.25), False),
    ((), np.full((6, 4), 0.3), False), ((), np.tile([0.7, 0.6, -0.3], (6, 1)), False), ((), np.eye(3), False),
    ((), np.ones((6, 1)), False)])
def test_a_softmax_by_hand_before_a_loss_that_has_its_own_is_seen(between, rows, seen):
    """By its rows, which are shares of 1. Their logarithms are what the loss expects, and three rows may be chance."""
    watch, node = Watch(Module(), Hooks()), Node("NllLoss", "LogSoftmax", *between, "Div", "Exp", "Addmm")
    output, end = tensor(rows, True), node
    while end.name() != "DivBackward0":
        end = end.next_functions[0][0]
    output.grad_fn = end
    watch.leaves(output, ())
    watch.steps(node, 1.0, True, True)
    assert watch.found == ({"activation twice"} if seen else set())


@pytest.mark.parametrize(("between", "axis", "shape", "seen"), [
    ((), 0, (8, 5), True), ((), 1, (8, 5), False), ((), 0, (5,), False), (("T",), 0, (8, 8), False)])
def test_a_softmax_over_the_examples_is_seen(between, axis, shape, seen):
    watch, node = Watch(Module(), Hooks()), Node("Div", "NllLoss", *between, "LogSoftmax", "Addmm")
    at = node
    while at.name() != "LogSoftmaxBackward0":
        at = at.next_functions[0][0]
    at._saved_dim = axis
    watch.leaves(tensor(np.zeros(shape)), ())
    watch.steps(node, 1.0, True, True)
    assert watch.found == ({"softmax over the batch"} if seen else set())


@pytest.mark.parametrize(("names", "shapes", "seen"), [
    (("Mean", "Pow", "Sub", "View"), [(), (8, 8), (8, 8), (8, 1)], True),
    (("Mean", "Abs", "Sub", "Expand", "Addmm"), [(), (8, 8), (8, 8), (8, 8), (8, 1)], True),
    (("Mean", "Pow", "Sub", "Squeeze"), [(), (8, 8), (8, 8), (8,)], True),
    (("Mean", "Pow", "Sub", "Addmm"), [(), (8, 1), (8, 1), (8, 1)], False),
    (("Mean", "Pow", "Sub", "Addmm"), [(), (8, 3), (8, 3), (8, 1)], False),
    (("Mean", "Exp", "Pow", "Sub", "Mm"), [(), (8, 8), (8, 8), (8, 8), (8, 1)], False),
    (("Mean", "Pow", "Sub", "Mm"), [(), (8, 8), (8, 8), (8, 8)], False)])
def test_a_difference_of_each_answer_from_all_targets_is_seen(names, shapes, seen):
    watch, node = Watch(Module(), Hooks()), Node(*names)
    watch.leaves(tensor(np.zeros(shapes[-1])), ())
    at = node
    for shape in shapes:
        at._input_metadata = [SimpleNamespace(shape=shape)]
        at = at.next_functions[0][0] if at.next_functions else None
    watch.steps(node, 1.0, True, True)
    assert watch.found == ({"broadcast"} if seen else set())


@pytest.mark.parametrize("forget", [True, False])
def test_gradients_that_were_kept_are_seen(forget):
    made = train(net := Net(WIDTHS), SGD(net.parameters()), forget=forget).recording()
    assert made.loop == (None if forget else ("gradients kept",))


@pytest.mark.parametrize(("ways", "seen"), [((True,), True), ((True, False), False), ((False, True), False)])
def test_a_way_back_before_the_gradients_are_set_to_0_is_no_slip(ways, seen):
    """A product with the Hessian may come first, and a second loss last."""
    watch = Watch(Module(), Hooks())
    for _ in range(3):
        weight, out = tensor(np.ones(2), True), tensor(np.ones((4, 3)), True)
        watch.leaves(out, [weight])
        for kept in ways:
            weight.grad = tensor(np.ones(2)) if kept else None
            for hook in out.hooks:
                hook(tensor(np.ones((4, 3))))
        watch.steps(None, 1.0, True, True)
        watch.forget()
    assert watch.words() == ({"loop": ["gradients kept"]} if seen else {})


def test_gradients_that_were_kept_once_are_no_slip():
    net, (x, y) = Net(WIDTHS), data()
    optimizer = SGD(net.parameters())
    recorder = Recorder(net, optimizer)
    for step in range(1, 6):
        if step != 2:
            optimizer.zero_grad()
        loss = net.backward(net(x), y)
        optimizer.step()
        recorder.step(loss)
    assert recorder.recording().loop is None


@pytest.mark.parametrize("batches", [1, 3])
def test_gradients_added_up_over_batches_are_no_slip(batches):
    net, (x, y) = Net(WIDTHS), data()
    optimizer = SGD(net.parameters())
    recorder = Recorder(net, optimizer)
    for step in range(1, 13):
        loss = net.backward(net(x), y)
        if step % batches == 0:
            optimizer.step()
            optimizer.zero_grad()
        recorder.step(loss)
    made = recorder.recording()
    assert made.loop is None and (made.update > 0).all() and (made.steps % batches == 0).all()


def test_a_network_that_never_moves_is_recorded_all_the_same():
    made = train(net := Net(WIDTHS), SGD(net.parameters(), lr=0.0), steps=150).recording()
    assert (made.update == 0).all() and made.steps.tolist() == [16, 47, 79, 115]


def test_a_run_in_inference_mode_is_recorded_and_said_where_it_matters():
    net = Net(WIDTHS)
    net.training = False
    made = train(net, SGD(net.parameters())).recording()
    assert made.gradient.shape == (3, 3) and made.loop is None
    net._children["norm"] = Module()
    net._children["norm"].running_mean = 0.0
    assert train(net, SGD(net.parameters())).recording().loop == ("inference mode",)


@pytest.mark.parametrize(("modes", "slip"), [("1100", True), ("1111", False), ("1011", False), ("0000", True)])
def test_inference_mode_may_be_left_on_after_the_first_evaluation(modes, slip):
    net = Net(WIDTHS)
    net._children["norm"] = norm = Module()
    norm.running_mean = 0.0
    watch = Watch(net, Hooks())
    for mode in modes:
        watch.steps(None, 1.0, mode == "1", True)
    assert watch.words() == ({"loop": ["inference mode"]} if slip else {})


def test_an_evaluation_between_steps_leaves_no_trace():
    net, (x, y) = Net(WIDTHS), data()
    optimizer = SGD(net.parameters())
    recorder = Recorder(net, optimizer)
    for _ in range(4):
        net.training = False
        net(tensor(100 * np.asarray(x)))
        net.training = True
        loss = net.backward(net(x), y)
        optimizer.step()
        optimizer.zero_grad()
        recorder.step(loss)
    assert recorder.recording().input == pytest.approx(np.full(3, np.sqrt(np.mean(np.square(x)))))


@pytest.mark.parametrize(("shape", "rows", "seen"), [((64, 8, 5), 64, True), ((8, 64, 5), 64, False),
                                                     ((9, 1, 5), 9, False), ((64, 8, 5), 8, False)])
def test_a_batch_is_taken_for_time_where_the_answers_are_as_many(shape, rows, seen):
    watch = Watch(Module(), Hooks())
    watch.enters(SimpleNamespace(batch_first=False), tensor(np.zeros(shape)), -1, True)
    watch.leaves(tensor(np.zeros((rows, 4))), ())
    assert watch.found == ({"batch taken for time"} if seen else set())


@pytest.mark.parametrize(("batches", "seen"), [((2, 2, 2), True), ((64, 64, 2), False), ((5, 5), False)])
def test_a_norm_over_few_is_seen_unless_it_is_the_last_batch(batches, seen):
    norm = Module()
    norm.running_mean = 0.0
    hooks = Hooks([])
    watch = Watch(norm, hooks)
    for n in batches:
        norm.before[0](norm, (tensor(np.zeros((n, 16))),))
        norm.before[0](norm, ())  # what is given by name
    assert not hooks.lost()
    watch.steps(None, 1.0, True, True)
    assert watch.words() == ({"loop": ["few in a norm"]} if seen else {})


def watched(targets, first_loss=2.0, classes=5):
    """What is seen of batches with these targets, under a cross-entropy."""
    watch = Watch(Module(), Hooks())
    for batch in targets:
        watch.forget()
        out = tensor(np.zeros((len(batch), classes)), True)
        watch.leaves(out, [tensor(1.0, True)])
        out.hooks[0](tensor(np.full(out.shape, 0.2) - np.eye(classes)[batch]))
        watch.steps(Node("NllLoss", "LogSoftmax", "Addmm"), first_loss, True, True)
    return watch.words().get("loop", [])


def test_batches_of_one_class_each_are_seen_where_the_class_changes():
    rng = np.random.default_rng(0)
    assert watched([np.full(16, c) for c in (0, 1, 2, 3, 4)]) == ["one class a batch"]
    assert watched([np.r_[np.full(11, c), np.full(5, (c + 1) % 5)] for c in range(5)]) == ["one class a batch"]
    assert watched([rng.integers(0, 5, 16) for _ in range(8)]) == []
    assert watched([np.where(rng.random(16) < 0.9, 2, rng.integers(0, 5, 16)) for _ in range(8)]) == []  # a rare class
    assert watched([[c] for c in (0, 1, 2, 3)]) == []  # batches of one
    assert watched([np.full(16, c) for c in (0, 0, 1, 0)], classes=2) == ["one class a batch"]
    assert watched([rng.binomial(1, 0.2, 16) for _ in range(8)], classes=2) == []  # a rare one of two


@pytest.mark.parametrize("sign", [-1, 0])
def test_answers_that_a_loss_uphill_or_padding_makes_alike_are_not_taken_for_targets(sign):
    rng, watch = np.random.default_rng(0), Watch(Module(), Hooks())
    for most in range(5):  # the network gives a whole batch one answer, another one in each batch
        watch.forget()
        out = tensor(np.zeros((16, 5)), True)
        watch.leaves(out, [tensor(1.0, True)])
        answers = 0.1 * np.ones((16, 5)) + 0.5 * np.eye(5)[np.full(16, most)]
        out.hooks[0](tensor(sign * (answers - np.eye(5)[rng.integers(0, 5, 16)])))
        watch.steps(Node("NllLoss", "LogSoftmax", "Addmm"), 2.0, True, True)
    assert watch.words() == {}


@pytest.mark.parametrize(("batches", "seen"), [
    ([np.zeros(16), np.zeros(16), np.ones(16)], ["one class a batch"]), ([np.arange(16) % 2] * 3, []),
    ([np.zeros(16)] * 3, []), ([np.zeros(16), np.ones(16)] * 2, []),
    ([np.r_[np.full(11, c), np.full(5, 1 - c)] for c in (0, 0, 1)], [])])
def test_batches_of_one_class_each_are_seen_of_one_output_and_by_keras(batches, seen):
    watch, seen_targets = Watch(Module(), Hooks()), Targets()
    for y in batches:
        watch.forget()
        out = tensor(np.zeros((len(y), 1)), True)
        watch.leaves(out, [tensor(1.0, True)])
        out.hooks[0](tensor(0.5 - y[:, None]))
        watch.steps(Node("BinaryCrossEntropyWithLogits", "Addmm"), 0.7, True, True)
        seen_targets.add(targets_of_keras(SimpleNamespace(loss="binary_crossentropy"), y[:, None]), 1)
    assert watch.words().get("loop", []) == seen and seen_targets.change() == bool(seen)


@pytest.mark.parametrize(("loss", "y", "classes"), [
    ("sparse_categorical_crossentropy", [[2], [0]], [2, 0]), ("categorical_crossentropy", np.eye(3)[[2, 0]], [2, 0]),
    ("binary_crossentropy", np.eye(3)[[2, 0]], []), ("mse", [[1.0], [2.0]], [])])
def test_the_classes_of_a_batch_of_keras_are_known_by_its_loss(loss, y, classes):
    assert targets_of_keras(SimpleNamespace(loss=loss), np.asarray(y)) == classes


@pytest.mark.parametrize("classes", [3, 100])
@pytest.mark.parametrize(("times", "seen"), [(1.5, []), (10.0, ["above guessing"])])
def test_a_first_loss_far_above_guessing_is_seen(classes, times, seen):
    assert watched([[0, 1, 2]], times * np.log(classes), classes) == seen


@pytest.mark.parametrize(("loss", "last", "seen"), [
    ("sparse_categorical_crossentropy", "softmax", []), ("binary_crossentropy", "linear", ["logits for probabilities"]),
    ("mse", "linear", []), (LOGITS, "softmax", ["activation twice"]), (LOGITS, "linear", []), ("mse", "relu", []),
    (LOGITS, "relu", ["logits cut off"]), ("binary_crossentropy", "relu", ["logits for probabilities"]),
    (LOGITS, "sigmoid", ["activation twice"]), ("binary_crossentropy", "sigmoid", []),
    ("binary_crossentropy", "hard_sigmoid", [])])
def test_a_loss_of_keras_is_given_what_it_expects(loss, last, seen):
    layer = SimpleNamespace(activation=SimpleNamespace(__name__=last))
    assert of_loss(SimpleNamespace(loss=loss, layers=[layer])) == seen
    if last == "softmax":
        assert of_loss(SimpleNamespace(loss=loss, layers=[type("Softmax", (), {})()])) == seen


@pytest.mark.parametrize(("reduction", "seen"), [("sum", ["summed loss"]), ("sum_over_batch_size", [])])
def test_a_loss_of_keras_that_is_a_sum_is_seen(reduction, seen):
    assert of_loss(SimpleNamespace(loss=SimpleNamespace(reduction=reduction), layers=[None])) == seen


@pytest.mark.parametrize(("loss", "seen"), [
    (lambda y, p: ((y - p) ** 2).sum(), True), (lambda y, p: ((y - p) ** 2).mean(), False),
    (lambda y, p: ((y - p) ** 2).sum(1), False), (lambda y, p: ((y - p) ** 2).sum(1).mean(), False),
    (lambda y, p: (y - p[:7]).sum(), False), (lambda y, p: 0.0, False), ("mse", False), (None, False)])
@pytest.mark.parametrize("examples", [20, 21])
def test_a_loss_of_ones_own_that_adds_up_over_a_batch_of_keras_is_seen(loss, seen, examples):
    """Its number for a batch is that of the halves together, which a mean's is not."""
    y, p = np.random.default_rng(0).standard_normal((2, examples, 3))
    watch = keras_losses.Watch(SimpleNamespace(loss=loss, layers=[None]))
    watch.see(y, p, 1.0)
    assert ("summed loss" in watch.slips()) == is_sum(loss, y, p) == seen


def test_a_sum_is_seen_after_a_batch_of_one_example_which_says_nothing():
    y, p = np.random.default_rng(0).standard_normal((2, 20, 3))
    watch = keras_losses.Watch(SimpleNamespace(loss=lambda y, p: ((y - p) ** 2).sum(), layers=[None]))
    watch.see(y[:1], p[:1], 1.0)
    assert watch.slips() == []
    watch.see(y, p, 1.0)
    assert watch.slips() == ["summed loss"]


@pytest.mark.parametrize(("batches", "seen", "constant"), [
    ([np.full(20, one) for one in (0, 0, 1, 1)], ["one class a batch"], None),
    ([np.arange(40) % 2] * 2, [], np.log(2))])
def test_what_keras_is_given_tells_of_classes_and_of_a_constant_answers_loss(batches, seen, constant):
    watch = keras_losses.Watch(SimpleNamespace(loss="sparse_categorical_crossentropy", layers=[Module()]))
    for y in batches:
        watch.see(y, np.full((len(y), 2), 0.5), np.log(2))
    assert watch.slips() == seen
    assert watch.words().get("constant_loss") == (constant and pytest.approx(constant, rel=0.02))


@pytest.mark.parametrize(("decay", "rates", "seen"), [
    (2.0, [1e-3, 0.01], ["much decay"]), (2.0, [1e-3], []), (None, [1.0], []), (2.0, (), [])])
def test_a_decay_of_keras_that_takes_much_in_a_step_is_seen(decay, rates, seen):
    """So it is where a scale of the loss is put around the optimizer, which has no decay of its own."""
    optimizer = SimpleNamespace(weight_decay=decay)
    assert decays(optimizer, rates) == decays(SimpleNamespace(inner_optimizer=optimizer), rates) == seen
    rows = [{"learning_rate": rate, "uniform": False} for rate in (*rates[::-1], 0.0)]  # a schedule takes it away
    assert slips(SimpleNamespace(loss="mse", layers=[None]), optimizer, rows) == seen


@pytest.mark.parametrize(("constants", "seen"), [
    ({0: 0.3, 1: 0.2}, True), ({1: 0.3, 2: 0.2}, True), ({0: 0.3, 2: 0.2}, False), ({1: 0.3}, False), ({}, False),
    ({0: 0, 1: 0}, False)])
def test_weights_of_one_number_in_two_layers_in_a_row_are_seen(constants, seen):
    """Of one layer they are no slip, as the next tells its units apart; nor are zeros, which may begin a branch."""
    net, layers = Net(WIDTHS), [Dense("first", 5, 8), Dense("second", 8, 7), Dense("head", 7, 2)]
    for i, number in constants.items():
        net.lines[i].weight[...], layers[i].kernel[...] = number, number
    recorder = train(net, SGD(net.parameters()))
    assert ("units alike" in (recorder.recording().loop or ())) == seen
    model = Model(layers)
    recorder = KerasRecorder(model)
    for _ in range(2):
        model.call(np.random.default_rng(0).standard_normal((20, 5)))
        model.optimizer.apply([np.full_like(v, 0.5) for v in model.trainable_variables], model.trainable_variables)
        recorder.step(2.0)
    assert (recorder.recording().loop or ()) == (("units alike",) if seen else ())
    assert (diagnose(recorder.recording()).cause == LOOP) == seen
    model.optimizer.weight_decay = 1.0  # a tenth in a step, at its rate
    model.loss = SimpleNamespace(reduction="sum")
    assert {"much decay", "summed loss"} <= {*recorder.recording().loop}


def test_weights_of_a_chain_of_single_units_are_no_slip():
    """Each layer's only weight is one number, however it was drawn; a layer without weights has none."""
    one, none = np.full((1, 1), 0.3), np.zeros((4, 0))
    assert not uniform([one, one]) and not uniform([none, none]) and uniform([np.ones((1, 2)), np.ones((2, 1))])


def test_weights_are_of_one_number_from_the_start_or_not_at_all():
    watch, weights = Watch(Module(), Hooks()), [tensor(np.ones((3, 2)))] * 2
    watch.rows.append((False, True, True))
    watch.begun(weights, SGD([]))
    assert watch.found == set()


def test_a_share_that_was_meant_to_be_kept_is_seen():
    kinds = {p: type("Dropout", (Module,), {"p": p})() for p in (0.5, 0.6, 0.75, 0.9)}
    assert [len(of_modules(Module(drop=drop), False)) for drop in kinds.values()] == [0, 0, 1, 1]
    assert of_modules(Module(drop=kinds[0.9]), False) == {"much dropout"}


@pytest.mark.parametrize("word", SLIPS)
def test_a_slip_comes_first_where_the_run_failed_and_is_a_note_where_it_learned(word):
    failed = diagnose(Recording(loss=FLAT, loop=[word], **ROWS))
    learned = diagnose(Recording(loss=FLAT, loop=[word], train_accuracy=[0.99], test_accuracy=[0.98], **ROWS))
    slip = SLIPS[word]
    assert slip.sentence in failed.evidence and slip.remedy in failed.remedy
    assert failed.cause == (LOOP if slip.decides else UNDECIDED) and LOOP not in CAUSES
    assert learned.cause == "healthy" and (slip.sentence in learned.evidence) == slip.decides
    assert learned.remedy == (f"It has learned all the same. {slip.remedy}" if slip.decides else "Nothing to repair.")
    by_heart = diagnose(Recording(loss=FLAT, loop=[word], train_accuracy=[0.99], test_accuracy=[0.6], **ROWS))
    assert by_heart.cause == (LOOP if slip.decides else "overfitting")


def test_a_recurrent_layer_is_known_without_its_time_steps():
    net = Net(WIDTHS)
    assert train(net, SGD(net.parameters())).recording().recurrent is False
    net._children["cell"] = Module()
    net._children["cell"].hidden_size = 8
    assert train(net, SGD(line.weight for line in net.lines)).recording().recurrent is False
    net._children["cell"]._parameters["weight"] = tensor(np.ones((8, 8)))
    assert train(net, SGD(line.weight for line in net.lines)).recording().recurrent is True


def test_without_a_recurrent_layer_no_time_is_asked_for():
    known = {"loss": FLAT, **ROWS}
    said = {kind: diagnose(Recording(recurrent=kind, **known)).candidates for kind in (True, False)}
    assert set(said[True]) - set(said[False]) == {"vanishing through time"}


def test_words_that_are_no_slip_are_refused():
    with pytest.raises(ValueError, match=r"loop must hold words out of gradients kept, .*, got 'typo'"):
        Recording(loop=["typo"], loss=FLAT)


@pytest.mark.parametrize(("given", "words"), [
    ({"train_accuracy": "x"}, "train_accuracy must be a number, got 'x'"),
    ({"test_loss": None}, "test_loss must be a number, got None"),
    ({"test_accuracy": 97}, "test_accuracy must lie between 0 and 1, got 97 to 97; divide per cent by 100")])
def test_an_evaluation_is_checked_when_it_is_made(given, words):
    recorder = train(net := Net(WIDTHS), SGD(net.parameters()))
    with pytest.raises(ValueError, match=words):
        recorder.evaluate(**given)
    assert recorder.recording().train_accuracy is None


def test_a_history_that_is_none_is_refused_by_name():
    with pytest.raises(TypeError, match=r"of_history takes what nn.train returned"):
        Recording.of_history(None, None)


def entropy(shares):
    return -(np.asarray(shares) * np.log(shares)).sum()


def classifier(shares, loss_of, output_of=lambda z: z, batches=6, n=200, seed=0):
    """The constant answer's loss after batches in which classes have these shares, drawn by chance."""
    rng, watch, classes = np.random.default_rng(seed), Watch(Module(), Hooks()), len(shares)
    for _ in range(batches):
        watch.forget()
        targets = rng.choice(classes, n, p=shares)
        z = rng.standard_normal((n, classes))
        p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
        one = classes == 2
        z, error = (z[:, 1:] - z[:, :1], p[:, 1:] - targets[:, None]) if one else (z, p - np.eye(classes)[targets])
        out = tensor(output_of(z), True)
        watch.leaves(out, [tensor(1.0, True)])
        out.hooks[0](tensor(error / n))
        names = ("BinaryCrossEntropyWithLogits",) if one else ("NllLoss", "LogSoftmax")
        watch.steps(Node(*names, "Addmm"), loss_of(p[np.arange(n), targets], targets), True, True)
    return watch.words().get("constant_loss")


def cross_entropy(p, targets):
    return -np.log(p).mean()


@pytest.mark.parametrize("shares", [[0.2] * 5, [0.8, 0.1, 0.05, 0.05], [0.5, 0.5], [0.9, 0.1]])
def test_the_loss_of_a_constant_answer_is_known_from_the_targets(shares):
    found = [classifier(shares, cross_entropy, seed=seed) for seed in range(30)]
    spread = np.std(found) / len(found) ** 0.5
    assert abs(np.mean(found) - entropy(shares)) < 4 * spread + 1e-4 and np.std(found) < 0.06


def test_logarithms_of_probabilities_and_a_probability_are_known_as_such():
    logarithms = classifier([0.25] * 4, cross_entropy, lambda z: z - np.log(np.exp(z).sum(1, keepdims=True)))
    assert logarithms == classifier([0.25] * 4, cross_entropy) is not None
    found = classifier([0.7, 0.3], cross_entropy, lambda z: 1 / (1 + np.exp(-z)))
    assert found == classifier([0.7, 0.3], cross_entropy) is not None


@pytest.mark.parametrize("loss", [
    lambda p, targets: 0.9 * cross_entropy(p, targets) + 0.1,  # smoothed labels, a penalty
    lambda p, targets: -np.log(p).sum(),
    lambda p, targets: -np.log(p)[targets == 1].mean(),  # a weight of 0 for all classes but one
    lambda p, targets: np.nan])
def test_of_another_loss_no_constant_answer_is_known(loss):
    assert classifier([0.25] * 4, loss) is None


@pytest.mark.parametrize(("loss_of", "known"), [
    (lambda own: own[-1], True), (np.mean, True), (lambda own: own[-1] / 4, False), (sum, False)])
@pytest.mark.parametrize("critic", [False, True])
def test_of_gradients_that_are_added_up_over_batches_the_constant_loss_is_known(loss_of, known, critic):
    rng, watch = np.random.default_rng(0), Watch(Module(), Hooks())
    for _ in range(3):
        watch.forget()
        own = []
        for i in range(4):
            targets, z = rng.choice(4, 200) if not critic else np.full(200, i), rng.standard_normal((200, 4))
            p, out = np.exp(z) / np.exp(z).sum(1, keepdims=True), tensor(z, True)
            watch.leaves(out, [tensor(1.0, True)])
            out.hooks[0](tensor(p - np.eye(4)[targets]))
            own.append(cross_entropy(p[np.arange(200), targets], targets))
        watch.steps(Node("NllLoss", "LogSoftmax", "Addmm"), loss_of(own), True, True)
    found = watch.words().get("constant_loss")
    assert found == (pytest.approx(np.log(4), abs=0.01) if known and not critic else None)


@pytest.mark.parametrize(("given", "left"), [(2.3, 0.5), (73.0, 1.0), (None, 0.5)])
def test_a_constant_loss_of_one_example_says_nothing_beside_a_summed_loss(given, left):
    """It was said that 28 times the best constant answer's loss was left."""
    losses = np.linspace(146.0, 73.0, 40)
    losses[-9:] = 73.0
    assert measure_symptoms(Recording(loss=losses, loop=["summed loss"], constant_loss=given)).left == left
    assert measure_symptoms(Recording(loss=losses, constant_loss=2.3)).left > 30


def told(answers, errors, classes=4, loss=None):
    """What a step says whose loss has these errors at its answers, (N, classes) or (N, time steps, classes)."""
    watch, out = Watch(Module(), Hooks()), tensor(answers, True)
    watch.leaves(out, [tensor(1.0, True)])
    for hook in out.hooks:
        hook(tensor(errors))
    watch.steps(Node("NllLoss", "LogSoftmax", "View", "Addmm"), loss, True, True)
    return watch.words()


@pytest.mark.parametrize("padded", [0, 3])
def test_of_a_text_the_loss_of_its_most_frequent_letters_is_known(padded):
    """Places that are padded have no error, and no part in the mean."""
    rng = np.random.default_rng(0)
    z, targets = rng.standard_normal((30, 10, 4)), rng.choice(4, (30, 10), p=[0.7, 0.1, 0.1, 0.1])
    errors = np.exp(z) / np.exp(z).sum(-1, keepdims=True) - np.eye(4)[targets]
    seen = np.arange(10) >= padded
    errors[:, ~seen] = 0
    loss = cross_entropies(z[:, seen].reshape(-1, 4), targets[:, seen].ravel())[0]
    counts = np.bincount(targets[:, seen].ravel()) / targets[:, seen].size
    assert told(z, errors, loss=loss) == {"constant_loss": pytest.approx(entropy(counts) + 3 / (60 * (10 - padded)))}
    assert told(z, errors, loss=1.1 * loss) == {}
    errors[0, -1, :2] = -0.1  # a target that is shared by two
    assert told(z, errors, loss=loss) == {}


def test_answers_without_a_number_in_their_error_leave_the_others_to_tell():
    """Where a probability is exactly 1, a loss has no slope: such batches are left out."""
    z = np.zeros((100, 4))
    z[:, 0] = 1000.0
    assert told(z, np.zeros((100, 4)), loss=0.0) == {}


def test_of_few_examples_or_of_one_class_no_constant_answer_is_known():
    assert classifier([0.25] * 4, cross_entropy, batches=1, n=79) is None
    assert classifier([0.25] * 4, cross_entropy, batches=1, n=80) is not None
    assert classifier([1.0, 0.0, 0.0], cross_entropy) is None


def test_of_batches_in_order_of_class_no_constant_answer_is_known():
    targets, rng = Targets(), np.random.default_rng(0)
    for c in range(4):
        z = rng.standard_normal((100, 4))
        batch = np.full(100, c)
        targets.add(batch.tolist(), 4)
        targets.compare(z, batch, cross_entropies(z, batch)[0])
    assert targets.change() and targets.constant_loss() is None


@pytest.mark.parametrize("size", [3, 4, 7, 8, 64])
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_batches_of_four_tell_mixed_classes_from_sorted_ones_where_chance_cannot(size, classes):
    rng, told = np.random.default_rng(0), size >= 8 or (size >= 4 and classes > 2)
    for mixed in (True, False):
        y = rng.integers(0, classes, 40 * size)
        targets = Targets()
        for batch in (y if mixed else np.sort(y)).reshape(40, size):
            targets.add(batch.tolist(), classes)
        assert targets.mixed() is (True if mixed and told else None)
        assert targets.change() == (told and not mixed)


def test_an_evaluation_says_more_than_the_targets_that_were_seen():
    recorder = train(net := Net(WIDTHS), SGD(net.parameters()))
    targets, rng = recorder._loop.targets, np.random.default_rng(0)
    z, batch = rng.standard_normal((100, 4)), rng.integers(0, 4, 100)
    targets.add(batch.tolist(), 4)
    targets.compare(z, batch, cross_entropies(z, batch)[0])
    assert recorder.recording().constant_loss == pytest.approx(np.log(4), abs=0.05)
    recorder.evaluate(constant_loss=1.0)
    assert recorder.recording().constant_loss == 1.0


@pytest.mark.parametrize(("told", "known"), [
    (lambda a, b: b, True), (lambda a, b: (a + b) / 2, True), (lambda a, b: a, False), (lambda a, b: a + b, False),
    (lambda a, b: b / 2, False)])
@pytest.mark.parametrize("one_class", [False, True])
def test_of_gradients_added_up_over_batches_the_loss_may_be_the_last_batchs_or_the_mean_of_all(told, known, one_class):
    """Else it tells no constant answer's loss, nor where batches of one class are a critic's; later steps still may."""
    rng, seen = np.random.default_rng(0), Targets()

    def steps(told, one_class):
        for _ in range(10):
            passes = []
            for k in range(2):  # the second batch has a far larger loss
                classes = np.full(50, k) if one_class else rng.integers(0, 4, 50)
                passes.append(((1 + 9 * k) * rng.standard_normal((50, 4)), classes.tolist(), 50))
            seen.compare_all(passes, told(*[cross_entropies(z, np.array(y))[0] for z, y, _ in passes]))
        return seen.constant_loss()

    guess = pytest.approx(np.log(4), abs=0.02)
    assert steps(told, one_class) == (guess if known and not one_class else None)
    assert steps(lambda a, b: b, False) == guess


@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize(("margin", "of_all", "known"), [(40.0, True, True), (40.0, False, False), (4.0, True, False)])
def test_answers_that_are_certain_count_where_the_loss_is_the_mean_of_them_too(columns, margin, of_all, known):
    """In single precision they have no error; what is padding has none either, and is not in the mean."""
    rng, seen = np.random.default_rng(0), Targets()
    for _ in range(20):
        classes = rng.integers(0, max(columns, 2), 12)
        others = margin * (np.eye(3)[classes] if columns > 1 else 2 * classes[:, None] - 1.0)
        answers, targets = rng.standard_normal((4, columns)), [0, 0, 0, 0]
        mean = cross_entropies(answers, np.array(targets))[0]
        seen.compare(answers, targets, mean * 4 / 16 if of_all else mean, 16, others=others)
    shares = np.array([20 * 4, 0, 0][: max(columns, 2)]) + 240 / max(columns, 2)
    guess = -(shares / 320 * np.log(shares / 320)).sum()
    assert seen.constant_loss() == (pytest.approx(guess, rel=0.03) if known else None)


@pytest.mark.parametrize("group", [{"lr": None}, {}])
def test_a_step_of_an_optimizer_without_a_rate_is_recorded(group):
    """Adafactor, as Hugging Face has it, makes its own."""
    net = Net((4, 8, 2))
    weights = [line.weight for line in net.lines]
    optimizer = SimpleNamespace(param_groups=[{"params": weights, **group}])
    recorder = Recorder(net, optimizer)
    loss = net.backward(net(tensor(np.ones((8, 4)))), np.zeros((8, 2)))
    for p in weights:
        p -= 0.01 * p.grad
    recorder.step(loss)
    made = recorder.recording()
    assert made.gradient.shape == (1, 2) and made.learning_rate is None and recorder.unpaired == []
