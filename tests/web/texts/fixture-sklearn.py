# Writes sklearn-weights.json: what scikit-learn's TfidfVectorizer, with its own token pattern, makes of some English texts.
# /usr/bin/python3 tests/web/texts/fixture-sklearn.py (Debian's python3-sklearn)
import json
import os

import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer

TEXTS = [
    "The Matrix: a hacker learns that reality isn't what it seems, and joins 2 rebels in 1999.",
    "In a galaxy far, far away - rebels fight the Empire; a farm-boy learns of the Force.",
    "Two detectives hunt a killer who kills by the seven deadly sins; it rains, and rains, and rains.",
    "The hacker's manifesto (1986) by Loyd Blankenship, a.k.a. The_Mentor, 3rd edition; reality check!",
    "A robot left on earth cleans up; it falls in love with another robot, and learns what earth was.",
    "Rain again: the old detective learns that the killer was a rebel of the old Empire.",
    "X",
    "",
]

vectorizer = TfidfVectorizer()  # lower case, (?u)\b\w\w+\b
weights = vectorizer.fit_transform(TEXTS).tocsr()
names = vectorizer.get_feature_names_out()
rows = [
    {names[c]: round(float(w), 9) for c, w in zip(row.indices, row.data)}
    for row in (weights[i] for i in range(len(TEXTS)))
]
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "sklearn-weights.json"), "w") as file:
    json.dump({"sklearn": sklearn.__version__, "texts": TEXTS, "weights": rows}, file, indent=1, sort_keys=True)
    file.write("\n")
