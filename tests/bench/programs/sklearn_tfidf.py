#!/usr/bin/env python3
"""Times scikit-learn's TF-IDF, and compares a model file of ours with its matrix. Prints one JSON object.

    python3 sklearn_tfidf.py DOCUMENTS QUERIES [--repetitions N] [--settings inkling|default] [--model FILE]

DOCUMENTS and QUERIES are UTF-8 text, one a line. FILE is a tf_idf model file of the same documents, item n being line
n, each given as an item's text, without title and tags. Exit code 3: scikit-learn is not there.
"""

import argparse
import json
import struct
import sys
import time

try:
    import numpy as np
    import sklearn
    from sklearn.feature_extraction.text import TfidfVectorizer
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(3)

# The words of cpp/src/content/stop_words.h. A difference between the two lists shows in the matrix.
STOP_WORDS = """about after all an and are as at be been but by for from had has have he her his in into is it its not
of on or she that the their them they this to was were when which who will with you""".split()
LETTERS = list("abcdefghijklmnopqrstuvwxyz")
TOP = 10


def new_vectorizer(settings):
    """`inkling`: the settings that give our matrix. `default`: scikit-learn's own, which keep stop words."""
    if settings == "default":
        return TfidfVectorizer()
    # Runs of letters and digits: an underscore ends a word, and numbers of one digit count.
    return TfidfVectorizer(token_pattern=r"[^\W_]+", stop_words=STOP_WORDS + LETTERS)


def best(scores):
    """The TOP largest, as (index, score), best first, equal ones by index."""
    candidates = np.argpartition(-scores, TOP)[:TOP] if len(scores) > TOP else np.arange(len(scores))
    order = sorted(candidates.tolist(), key=lambda n: (-scores[n], n))
    return [[n, float(scores[n])] for n in order if scores[n] > 0]


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def read_model(path):
    """The terms and the matrix of a model file (safetensors; tensors are listed in cpp/README.md)."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    types = {"U8": np.uint8, "U32": np.uint32, "I32": np.int32, "F32": np.float32}

    def tensor(name):
        begin, end = header[name]["data_offsets"]
        return np.frombuffer(data[8 + length + begin : 8 + length + end], types[header[name]["dtype"]])

    text, ends = tensor("terms.bytes").tobytes(), tensor("terms.offsets")
    terms = [text[a:b].decode() for a, b in zip(ends, ends[1:])]
    return terms, tensor("terms.idf"), [tensor(f"item_terms.{part}") for part in ("values", "columns", "offsets")]


def compare(vectorizer, matrix, path):
    """How far apart the two matrices are. `only_here`: entries that just one of them has."""
    from scipy.sparse import csr_matrix

    terms, idf, parts = read_model(path)
    vocabulary = vectorizer.vocabulary_
    shared = sum(term in vocabulary for term in terms)
    columns = np.array([vocabulary.get(term, -1) for term in terms])
    if shared < len(terms) or shared < len(vocabulary):
        different = [term for term in terms if term not in vocabulary]
        different += sorted(set(vocabulary) - set(terms))
        return {"same": False, "different_terms": len(different), "for_example": different[:10]}
    values, term_numbers, offsets = parts
    ours = csr_matrix((values.astype(np.float64), columns[term_numbers], offsets.astype(np.int64)), shape=matrix.shape)
    difference = abs(ours - matrix)
    idf_difference = float(np.abs(idf - vectorizer.idf_[columns]).max())
    furthest = float(difference.max())
    same = ours.nnz == matrix.nnz and furthest <= 1e-6 and idf_difference <= 2e-6
    return {
        "same": bool(same),
        "max_difference": furthest,
        "max_idf_difference": idf_difference,
        "entries": [int(ours.nnz), int(matrix.nnz)],
        "terms": len(terms),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("documents")
    parser.add_argument("queries")
    parser.add_argument("--repetitions", type=int, default=1)
    parser.add_argument("--settings", choices=["inkling", "default"], default="inkling")
    parser.add_argument("--model")
    given = parser.parse_args()
    with open(given.documents, encoding="utf-8") as file:
        documents = file.read().splitlines()
    with open(given.queries, encoding="utf-8") as file:
        queries = file.read().splitlines()

    seconds = {"build": [], "query": [], "query_inverted": []}
    for _ in range(given.repetitions):
        vectorizer = new_vectorizer(given.settings)
        build, matrix = timed(lambda: vectorizer.fit_transform(documents))
        seconds["build"].append(build)
        # As it is usually written: all documents against one query.
        query = lambda text: best((matrix @ vectorizer.transform([text]).T).toarray().ravel())
        total, lists = timed(lambda: [query(text) for text in queries])
        seconds["query"].append(total / len(queries))
        # The quickest way we know: the matrix turned round beforehand, so that only shared terms are read.
        by_term = matrix.T.tocsr()
        query = lambda text: best((vectorizer.transform([text]) @ by_term).toarray().ravel())
        total, _ = timed(lambda: [query(text) for text in queries])
        seconds["query_inverted"].append(total / len(queries))

    result = {
        "versions": {"scikit-learn": sklearn.__version__, "NumPy": np.__version__},
        "settings": given.settings,
        "documents": len(documents),
        "entries": int(matrix.nnz),
        "terms": len(vectorizer.vocabulary_),
        "seconds": seconds,
        "lists": lists,
    }
    if given.model:
        result["comparison"] = compare(vectorizer, matrix, given.model)
    json.dump(result, sys.stdout)
    print()


main()
