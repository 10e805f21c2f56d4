"""Attention, the transformer, and their data: derivatives by two judges, laws, and planted faults that are caught."""

from functools import partial

import autograd.numpy as anp
import numpy as np
import pytest
from gradients import LOSS, PHI, autograd_error, difference_error, normalized, parameter, seeds, steady
from hypothesis import given, strategies
from scipy import stats

from vgtext import nn
from vgtext.nn import attention, language
from vgtext.nn.attention import Attention, entropy, softmax
from vgtext.nn.layers import Dense, Residual
from vgtext.nn.norms import Norm
from vgtext.nn.transformer import PLACES, Embedding

places, norms = strategies.sampled_from(PLACES), strategies.sampled_from(["layer", "rms"])
flags = strategies.booleans()


def reference(network, theta, x):
    """The logits in autograd's terms, one example and one head at a time, with tokens as rows, as papers write them."""

    own = partial(parameter, network, theta)
    norm = partial(normalized, own)

    def head(block, X, h):
        rows = slice(h * block.d_head, (h + 1) * block.d_head)
        q, k, v = (anp.dot(X, own(p, "W")[rows].T) + own(p, "b")[rows].T for p in (block.Q, block.K, block.V))
        if block.norms:
            q, k = (norm(n, z.T).T for n, z in zip(block.norms, (q, k)))
        S = block.scale * anp.dot(q, k.T)  # (queries, keys)
        S = S if block.cap is None else block.cap * anp.tanh(S / block.cap)
        weights = anp.exp(S) * (np.tri(len(X)) if block.mask is not None else 1)
        return anp.dot(weights / anp.sum(weights, axis=1, keepdims=True), v)

    def run(block, a):
        if isinstance(block, Norm):
            return norm(block, a)
        if isinstance(block, Dense):
            return PHI[block.phi.name](anp.dot(own(block, "W"), a) + own(block, "b"))
        if isinstance(block, Attention):
            examples = [a[:, b : b + block.T].T for b in range(0, a.shape[1], block.T)]
            out = [anp.concatenate([head(block, X, h) for h in range(block.heads)], axis=1) for X in examples]
            return run(block.O, anp.concatenate(out).T)
        pre = block.norm and block.place == "pre"
        f = norm(block.norm, a) if pre else a
        for part in block.body:
            f = run(part, f)
        out = a + block.scale * f
        return norm(block.norm, out) if block.norm and not pre else out

    embedding = network.blocks[0]
    E, P = own(embedding, "E"), own(embedding, "P")
    a = anp.concatenate([E[:, column] + P for column in x.T.astype(int)], axis=1)  # an example after the other
    for block in network.blocks[1:]:
        a = run(block, a)
    return anp.concatenate([a[:, t :: len(x)] for t in range(len(x))], axis=1)  # as y.ravel()


def some_transformer(seed, heads=2, d_head=3, T=4, B=2, depth=2, vocabulary=5, **options):
    rng = np.random.default_rng(seed)
    network = nn.transformer(vocabulary, heads * d_head, heads, T, depth, mlp=2, seed=seed, dtype="float64", **options)
    network.theta += 0.1 * rng.standard_normal(network.theta.shape)
    x, y = rng.integers(0, vocabulary, (2, T, B))
    return network, x, y, rng


@steady
@given(seed=seeds, place=places, norm=norms, skip=flags, causal=flags, qk_norm=flags, fast=flags,
       cap=strategies.sampled_from([None, 0.7]), scale=strategies.sampled_from([None, 0.4]),
       heads=strategies.integers(1, 3), d_head=strategies.integers(1, 4), T=strategies.integers(1, 5),
       B=strategies.integers(1, 3), activation=strategies.sampled_from(["gelu_tanh", "gelu", "relu", "silu"]))
def test_every_transformer_against_autograd(scale, **options):
    network, x, y, _ = some_transformer(attention_scale=scale, scale=0.6, **options)
    value = network.loss_and_gradient(x, y)

    def loss(theta):
        return LOSS["softmax_cross_entropy"](reference(network, theta, x), y.ravel())

    assert value == pytest.approx(float(loss(network.theta)), rel=1e-10)
    assert autograd_error(loss, network.theta, network.gradient) < 1e-10


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("options", [{}, {"qk_norm": True}, {"cap": 0.5}, {"causal": False}, {"skip": False},
                                     {"loss": nn.losses.z_loss(0.3)}], ids=lambda options: ",".join(options) or "plain")
def test_every_transformer_against_differences(place, options):
    network, x, y, rng = some_transformer(3, place=place, **options)
    network.loss_and_gradient(x, y)
    gradient = network.gradient.copy()
    assert difference_error(lambda: network.loss(network.forward(x), y)[0], network.theta, gradient, rng) < 1e-7


def faulty_softmax_back(A, dA):
    return A * (dA - (A * dA).sum(axis=-1, keepdims=True))  # over the queries


FAULTS = {
    "no mask": (Attention, "forward", lambda right: lambda self, x, training=True: (
        setattr(self, "mask", None), right(self, x, training))[1]),
    "mask transposed": (Attention, "forward", lambda right: lambda self, x, training=True: (
        setattr(self, "mask", np.where(np.tri(self.T), 0, -np.inf)), right(self, x, training))[1]),
    "scale": (attention, "attend_back", lambda right: lambda d, Q, K, V, S, A, scale, cap: right(
        d, Q, K, V, S, A, 1.1 * scale, cap)),
    "dQ and dK exchanged": (attention, "attend_back", lambda right: lambda *given: [
        right(*given)[i] for i in (1, 0, 2)]),
    "S transposed": (attention, "attend", lambda right: lambda Q, K, *rest: right(K, Q, *rest)),
    "A transposed on the way back": (attention, "attend_back", lambda right: lambda d, Q, K, V, S, A, *rest: (
        *right(d, Q, K, V, S, A, *rest)[:2], d @ A)),
    "softmax over the queries": (attention, "softmax_back", lambda right: faulty_softmax_back),
    "cap forgotten": (attention, "attend_back", lambda right: lambda d, Q, K, V, S, A, scale, cap: right(
        d, Q, K, V, S, A, scale, None)),
    "heads interleaved": (Attention, "_split", lambda right: lambda self, z: z.reshape(
        self.d_head, self.heads, -1, self.T).transpose(1, 2, 0, 3)),
    "QK-norm not undone": (Attention, "_unnormalized", lambda right: lambda self, norm, d: (
        right(self, norm, d), d)[1]),
    "positions exchanged": (Embedding, "backward", lambda right: lambda self, d: right(
        self, d.reshape(len(d), -1, self.T)[:, :, ::-1].reshape(d.shape))),
    "columns not put back": (nn.Transformer, "backward", lambda right: lambda self, d, measure=False: (
        super(nn.Transformer, self).backward(d, measure))),
}


@pytest.mark.parametrize("name", FAULTS)
def test_planted_faults_are_caught(name, monkeypatch):
    network, x, y, _ = some_transformer(11, T=5, B=3, qk_norm=True, cap=0.8)
    where, attribute, fault = FAULTS[name]
    masks = [block.mask for block in network.attentions]
    monkeypatch.setattr(where, attribute, fault(getattr(where, attribute)))
    network.loss_and_gradient(x, y)
    gradient = network.gradient.copy()
    monkeypatch.undo()
    for block, mask in zip(network.attentions, masks):  # the reference asks whether there is one
        block.mask = mask

    def error(gradient):
        return autograd_error(lambda t: LOSS["softmax_cross_entropy"](reference(network, t, x), y.ravel()),
                              network.theta, gradient)

    assert error(gradient) > 1e-3
    network.loss_and_gradient(x, y)
    assert error(network.gradient) < 1e-10


def test_a_causal_network_does_not_see_what_comes():
    network, x, _, _ = some_transformer(0, T=6, B=3)
    out = network.predict(x).reshape(5, 6, 3)
    for t in range(6):
        changed = x.copy()
        changed[t] = (x[t] + 1) % 5
        moved = np.abs(network.predict(changed).reshape(5, 6, 3) - out).max(axis=(0, 2)) > 1e-9
        assert moved.tolist() == [False] * t + [True] * (6 - t)


def test_examples_do_not_see_each_other():
    network, x, _, _ = some_transformer(1, B=3, causal=False)
    out = network.predict(x).reshape(5, 4, 3)
    for b in range(3):
        np.testing.assert_allclose(network.predict(x[:, [b]]).reshape(5, 4), out[..., b], atol=1e-12)


def test_without_positions_and_mask_the_order_of_tokens_is_not_seen():
    network, x, _, rng = some_transformer(2, causal=False)
    network.blocks[0].P[...] = 0
    order = rng.permutation(4)
    out = network.predict(x).reshape(5, 4, 2)
    np.testing.assert_allclose(network.predict(x[order]).reshape(5, 4, 2), out[:, order], atol=1e-12)


def some_attention(seed=0, n=6, heads=2, T=5, **options):
    block = Attention(n, heads, T, **options)
    network = nn.Network([block], "mean_squared_error", seed, "float64")
    return network, block, np.random.default_rng(seed).standard_normal((n, 2 * T))


def test_attention_is_a_mean_of_values():
    network, block, x = some_attention()
    network.forward(x)
    assert block.A.shape == (2, 2, 5, 5)
    np.testing.assert_allclose(block.A.sum(axis=2), 1)
    assert (np.tril(block.A[0, 0], -1) == 0).all() and (block.A[..., np.triu(np.ones((5, 5))) > 0] > 0).all()
    block.O.W[...], block.O.b[...], block.V.W[...], block.V.b[...] = np.eye(6), 0, 0, np.arange(6.0)[:, None]
    np.testing.assert_allclose(network.forward(x), np.arange(6.0)[:, None] * np.ones(10))  # equal values: their mean


def test_a_key_that_matches_is_read():
    Q = 30 * np.eye(4)
    V = np.random.default_rng(0).standard_normal((3, 4))
    out, (_, A) = attention.attend(Q, Q[:, ::-1], V, 1.0)
    np.testing.assert_allclose(out, V[:, ::-1])
    assert entropy(A) < 1e-6
    assert entropy(np.full((4, 4), 0.25)) == entropy([0.25] * 4) == pytest.approx(np.log(4))


def test_logits_are_scaled_capped_and_normalized():
    for heads in (1, 2, 3):
        assert Attention(6, heads, 2).scale == pytest.approx((6 / heads) ** -0.5)
    network, block, x = some_attention()
    network.forward(x)
    S = block.S.copy()
    block.scale *= 3
    network.forward(x)
    np.testing.assert_allclose(block.S, 3 * S)
    block.cap = 0.2
    network.forward(x)
    np.testing.assert_allclose(block.S, 0.2 * np.tanh(15 * S))
    network, block, x = some_attention(scale=0.0, causal=False)
    network.forward(x)
    assert (block.A == 1 / block.T).all()  # a scale of 0 is one, and all keys are alike to it
    network, block, x = some_attention(qk_norm=True)
    out = network.forward(x)
    assert np.abs(block.S).max() <= np.sqrt(block.d_head)  # two vectors of length sqrt(d_head), over sqrt(d_head)
    block.Q.W *= 1000.0
    np.testing.assert_allclose(network.forward(x), out, atol=1e-3)


def test_the_bias_of_the_keys_has_no_gradient():
    """It adds the same to all logits of a query, which a softmax does not see."""
    network, x, y, _ = some_transformer(5)
    network.loss_and_gradient(x, y)
    for block in network.attentions:
        assert np.abs(block.K.b_gradient).max() < 1e-12 < np.abs(block.Q.b_gradient).max()


def test_softmax_of_huge_numbers():
    S = np.array([[1e30, -np.inf], [0.0, 5.0], [-1e30, 5.0]])
    np.testing.assert_array_equal(softmax(S), [[1, 0], [0, 0.5], [0, 0.5]])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("skip", [True, False])
def test_where_the_norms_are(place, skip):
    """What the module's first lines say, put together by hand from the network's own parts."""
    network, x, _, _ = some_transformer(4, depth=1, place=place, skip=skip, scale=0.3)
    assert len([block for block in network.blocks if isinstance(block, Residual)]) == 2 * skip
    f, up, down = network.attentions[0], *network.layers[5:7]
    each, ones = {"pre": 1, "post": 1, "sandwich": 2, "none": 0}[place], lambda z: z / 1.0
    found = []

    def gather(block):
        found.extend([block] * isinstance(block, Norm))
        for part in getattr(block, "parts", ()):
            gather(part)

    for block in network.blocks:
        gather(block)
    last = place in ("pre", "sandwich")
    assert len(found) == 2 * each + last

    def normalize(z):
        z = z - z.mean(axis=0)
        return z / np.sqrt((z**2).mean(axis=0) + 1e-5)

    for norm in found:
        norm.gamma[...], norm.beta[...] = 1, 0
    before, after = normalize if last else ones, normalize if place == "sandwich" else ones
    a = network.blocks[0].forward(x)
    for branch in (f.forward, lambda z: down.forward(up.forward(z))):
        out = after(branch(before(a)))
        a = (a + 0.3 * out) if skip else out
        a = normalize(a) if place == "post" else a
    a = network.layers[-1].forward(normalize(a) if last else a)
    np.testing.assert_allclose(network.predict(x), a.reshape(5, 2, 4).swapaxes(1, 2).reshape(5, -1), atol=1e-10)


def test_scales_at_the_start():
    network = nn.transformer(500, 64, 4, 100, 2, gain=0.1, std=3.0)
    assert network.blocks[0].forward(np.arange(500).reshape(100, 5)).std() == pytest.approx(3, rel=0.02)
    for block in network.attentions:
        assert block.V.W.std() == pytest.approx(1 / 8, rel=0.05) and block.O.W.std() == pytest.approx(0.1 / 8, rel=0.05)
    assert network.layers[6].W.std() == pytest.approx(0.1 / 16, rel=0.05)


def test_a_transformer_is_measured_and_trained_as_any_network():
    x, y = language.induction(16, 512, 8)
    network = nn.transformer(8, 32, 2, 16, 2, seed=1)
    run = nn.train(network, x, y, steps=400, optimizer="adam", learning_rate=3e-3, batch_size=32, record_every=100,
                   test=language.induction(16, 64, 8, seed=1))
    assert run.log2_gradient.shape == (4, 2 * 6 + 2) and np.isfinite(run.update_ratio[:, 1:]).all()
    assert run.test_accuracy[-1] > 0.5  # the first half is by chance
    guess = network.predict(x[:, :50]).argmax(axis=0).reshape(16, 50)
    assert np.mean(guess[8:] == y[8:, :50]) > 0.9


def test_a_breakdown_in_attention_is_reported():
    x, y = language.induction(8, 64, 4)
    network = nn.transformer(4, 8, 2, 8, 2)
    network.attentions[1].K.W[0, 0] = np.nan
    assert nn.train(network, x, y, steps=2).breakdown == (1, 8, "activation")


def test_z_loss_pulls_ln_z_to_0():
    a, y = np.random.default_rng(0).standard_normal((4, 6)), [0, 1, 2, 3, 0, 1]
    plain, loss = nn.losses.softmax_cross_entropy, nn.losses.z_loss(0.5)
    assert nn.losses.z_loss(0)(a, y)[0] == pytest.approx(plain(a, y)[0])
    ln_Z = np.log(np.exp(a).sum(axis=0))
    assert loss(a, y)[0] == pytest.approx(plain(a, y)[0] + 0.5 * np.mean(ln_Z**2))
    assert plain(a + 5, y)[0] == pytest.approx(plain(a, y)[0]) and loss(a + 5, y)[0] > loss(a, y)[0] + 10
    gradient, rng = loss(a, y)[1], np.random.default_rng(1)
    assert difference_error(lambda: loss(a, y)[0], a, gradient, rng) < 1e-7


def test_the_text_and_its_windows():
    text = language.text()
    assert set(text) == set(language.LETTERS) and 40_000 < len(text) < 50_000
    split = language.letters(12, 300, seed=3)
    assert split.x.shape == split.y.shape == (12, 300) and split.x_test.shape == (12, 30)
    assert (split.x[1:] == split.y[:-1]).all()
    cut = round(0.9 * len(text))
    for part, x, y in ((text[:cut], split.x, split.y), (text[cut:], split.x_test, split.y_test)):
        assert all("".join(language.LETTERS[k] for k in [*x[:, b], y[-1, b]]) in part for b in range(x.shape[1]))
    assert (language.letters(12, 300, seed=3).x == split.x).all() and (language.letters(12, 300).x != split.x).any()
    assert language.letters(12, 1).x_test.shape[1] == 1 and language.letters(12, 301).x_test.shape[1] == 31


def test_induction_repeats():
    x, y = language.induction(10, 40, 5, seed=2)
    assert (x[:5] == x[5:]).all() and (x[1:] == y[:-1]).all() and (y[-1] == x[0]).all()
    assert set(x.ravel()) == set(range(5))


@pytest.mark.parametrize("call, words", [
    (lambda: Attention(6, 4, 3), "heads must divide the number of units, 6, got 4"),
    (lambda: some_attention()[0].forward(np.ones((6, 7))), "x must have columns for whole sequences of 5 tokens, got"),
    (lambda: nn.transformer(5, 6, 2, 4, 1, place="middle"), "place must be one of pre, post, sandwich, none; got"),
    (lambda: nn.transformer(5, 6, 2, 4, 1, norm=None), "norm must be one of layer, rms; got None"),
    (lambda: nn.transformer(5, 6, 2, 4, 1).forward(np.ones((3, 2))), r"x must have shape \(4, examples\), got \(3"),
    (lambda: nn.transformer(5, 6, 2, 4, 1).forward(np.full((4, 2), 5)), r"x must hold whole numbers in 0\.\.4, got"),
    (lambda: nn.transformer(5, 6, 2, 4, 1).forward(np.full((4, 2), 0.5)), r"x must hold whole numbers in 0\.\.4, got"),
    (lambda: nn.Transformer([Dense(3, 4)]), "blocks must begin with an Embedding, got"),
    (lambda: language.induction(5, 3), "T must be even, two equal halves, got 5"),
])
def test_bad_input_is_named(call, words):
    with pytest.raises((TypeError, ValueError), match=words):
        call()


def test_the_entropy_of_attention_is_the_mean_of_its_columns():
    A = np.random.default_rng(0).dirichlet(np.full(6, 0.3), size=(2, 5)).mT  # (heads, keys, queries), some near 0
    A[0, :, 0] = np.eye(6)[2]
    assert entropy(A) == pytest.approx(stats.entropy(A, axis=-2).mean())
    assert entropy(np.full(6, 1 / 6)) == pytest.approx(np.log(6))
