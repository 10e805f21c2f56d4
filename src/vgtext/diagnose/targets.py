"""What a classifier's targets tell, batch after batch: whether classes are mixed, and what guessing would lose."""

from collections import Counter

import numpy as np

ENOUGH = 20  # examples seen, per class, to know how often each class comes
CERTAIN = 1e-5  # a loss below it leaves no error in single precision
SAME = 5e-3  # two losses that differ by less of themselves are one, in half precision


class Targets:
    """The classes of the batches that a recorder saw."""

    def __init__(self):
        """Begin with no batch."""
        self.tops, self.classes, self._counts, self._other_loss, self.many = [], 2, Counter(), False, None

    def add(self, targets, classes):
        """Take the classes of a batch. Of two classes or few examples one leads by chance: nearly all must be it."""
        self.classes, few = max(classes, 2), len(targets) < 8
        if len(targets) >= 4 and not (few and classes <= 2):
            (top, count), = Counter(targets).most_common(1)
            self.tops.append(top if count > len(targets) * (0.9 if few or classes <= 2 else 0.5) else None)

    def shapes(self, given, answers):
        """Take the shapes of a batch and of its answers: has an example many of these, as a text one for each token?

        Axes are examples, tokens and classes, the last two in any order; or examples and tokens are one axis. Pixels
        are not counted: most of their answers can be right.
        """
        if answers:
            flat = len(given) > 1 and given[1] > 1 and answers[0] == given[0] * given[1]
            self.many = bool(self.many or flat or (len(answers) == 3 and answers[1] > 1))

    def words(self):
        """Return what is known of these as fields of a recording: ``mixed`` and ``many_answers``."""
        return {"mixed": self.mixed(), "many_answers": self.many}

    def mixed(self):
        """Has most batches' every class its share, so that they are in no order of class? None where few were seen."""
        return True if len(self.tops) >= 4 and 4 * self.tops.count(None) >= 3 * len(self.tops) else None

    def change(self):
        """Do most batches hold mainly one class, and not all of the same one? A critic's take turns, true and false."""
        tops = [top for top in self.tops if top is not None]
        if self.classes == 2 and self.tops[:1] != self.tops[1:2]:
            return False
        return len(set(tops)) >= min(self.classes, 3) and 4 * len(tops) >= 3 * len(self.tops)

    def compare(self, answers, targets, loss, of=0, soft=False, others=()):
        """Take the answers (N, classes), or of two classes (N,), for N targets, and the loss that the step reported.

        The targets are those that are known, ``of`` so many; ``soft`` says that some were shares of several classes.
        ``others`` are the answers whose targets are not known. Those that are certain have no error; where the mean
        loss says so, their targets are their own classes.
        """
        targets, others = np.array(targets, int), np.asarray(others, float)
        if len(others) and len(others) + len(targets) == of:
            own = others.argmax(1) if others.shape[-1] > 1 else others.ravel() > 0
            if cross_entropies(others, own.astype(int))[0] < CERTAIN and not is_mean(answers, targets, loss):
                answers, targets = np.vstack([np.asarray(answers, float), others]), np.r_[targets, own.astype(int)]
        if same := is_mean(answers, targets, loss):
            self._counts.update(targets.tolist())
        self._other_loss |= soft or (not same and len(targets) >= of)

    def compare_all(self, passes, loss):
        """Take what :meth:`compare` does of each pass of a step, but one loss: gradients may be added up over batches.

        That loss is the last pass's, or all passes' mean; over their number, it is of another size than a pass's. Where
        one pass has one class alone, as a critic's have, they are no batches.
        """
        owns = [cross_entropies(np.asarray(answers), np.array(targets, int)) for answers, targets, *_ in passes]
        mixed = len(passes) > 1 and all(len(set(targets)) > 1 for _, targets, *_ in passes)
        both = mixed and any(
            abs(of - loss) <= SAME * abs(loss) for of in (*owns[-1], np.mean([own[0] for own in owns])))
        for (answers, targets, *others), own in zip(passes, owns):
            if both or len(passes) == 1:
                self.compare(answers, targets, own[0] if both else loss, *others)

    def constant_loss(self):
        r"""Return the loss of the best constant answer, the entropy of the classes; None where it is not known.

        With n_c of n examples in class c it is -sum_c (n_c / n) ln(n_c / n), to which (classes - 1) / (2 n) is added,
        by which that of a sample is too low on average (Miller, 1955). It is not known where few examples were seen,
        where batches come in order of class, or where a loss was not the mean cross-entropy of the answers: with
        weights of classes, smoothed labels or a penalty another constant answer is best.
        """
        counts = np.array(list(self._counts.values()))
        n, classes = counts.sum(), len(counts)
        if self._other_loss or classes < 2 or n < ENOUGH * self.classes or self.change():
            return None
        shares = counts / n
        return float(-(shares * np.log(shares)).sum() + (classes - 1) / (2 * n))


def is_mean(answers, targets, loss):
    """Is a loss the mean cross-entropy of these answers?"""
    return any(abs(own - loss) <= SAME * abs(loss) for own in cross_entropies(answers, np.asarray(targets, int)))


def is_away(answers, errors, loss):
    """Is a loss, or minus it, the mean cross-entropy of answers (N, classes) whose errors lead away from it?

    The error of a cross-entropy is below 0 at the target alone; of minus a cross-entropy it is above 0 there alone.
    An answer that is certain has none: its target is its own class. None where a target and another class cost alike.
    """
    answers, errors = (np.asarray(array, float) for array in (answers, errors))
    errors = np.where(np.abs(errors) < CERTAIN * np.abs(errors).max(), 0, errors)  # what rounding left
    many, none = errors.shape[-1] > 1, ~errors.any(1)
    own = answers.argmax(1) if many else answers[:, 0] > 0
    low, high = (errors.argmin(1), errors.argmax(1)) if many else (errors[:, 0] < 0, errors[:, 0] > 0)
    is_low, is_high = (is_mean(answers, np.where(none, own, of), abs(loss)) for of in (low, high))
    return None if is_low and is_high else is_high and not (many and ((errors > 0).sum(1) > 1).any())


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def cross_entropies(answers, targets):
    """Return the mean cross-entropy of answers that are logits; where they may be, of probabilities, too.

    One answer for two classes is that of the second: the logit of the first is 0, its probability what is left.
    """
    if not len(targets):
        return []
    answers = np.asarray(answers, float).reshape(len(targets), -1)
    one, rows = answers.shape[1] == 1, np.arange(len(targets))
    found = [np.hstack([np.zeros_like(answers), answers]) if one else answers]
    if answers.min() >= 0 and answers.max() <= 1:
        found.append(np.log(np.hstack([1 - answers, answers]) if one else answers))
    return [float((np.logaddexp.reduce(logits, axis=1) - logits[rows, targets]).mean()) for logits in found]
