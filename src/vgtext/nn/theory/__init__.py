"""What theory says of deep networks: mean field, Jacobians, matrix products and Lyapunov exponents, floats."""
