"""What all sections of this chapter use: the engine's theory of wide layers, and how activations are written."""

from vgtext import nn

mf = nn.meanfield
#: Names of activations in words.
NAMES = {"tanh": "tanh", "relu": "ReLU", "sigmoid": "sigmoid", "identity": "linear"}
