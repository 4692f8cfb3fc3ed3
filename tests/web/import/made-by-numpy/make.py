"""Writes the files beside it: python3 make.py (NumPy 1.24 wrote those that are kept).

implicit.npz has the arrays that AlternatingLeastSquares.save of benfred/implicit 0.7 passes to numpy.savez, under the
same names and of the same types.
"""

import numpy

random = numpy.random.RandomState(7)
item_factors = random.normal(size=(7, 3)).astype(numpy.float32)

numpy.savez(
    "implicit.npz",
    user_factors=random.normal(size=(4, 3)).astype(numpy.float32),
    item_factors=item_factors,
    regularization=0.05,
    factors=3,
    num_threads=2,
    iterations=15,
    use_native=True,
    use_cg=True,
    cg_steps=3,
    calculate_training_loss=False,
    dtype="float32",
    alpha=40,
)
numpy.save("c-float32.npy", item_factors)
numpy.save("fortran-float64.npy", numpy.asfortranarray(item_factors.astype(numpy.float64)))
numpy.save("float16.npy", item_factors.astype(numpy.float16))
