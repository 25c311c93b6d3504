# ======================================================================================
#  TENSORFLOW EXAM REHEARSAL                                             CATEGORY 1 of 5
#
#  - Five categories of rising difficulty. Category 1 is worth 10 of 100 points,
#    category 5 is worth 30. You pass with 90.
#  - Complete solution_model(), run this file, and it saves mymodel.h5 beside itself.
#    Then grade it:  python -m exam grade 1
#  - Grade at least once: a category that was never graded counts zero.
#  - No Lambda layers: the grader refuses them, and no question needs one.
#  - Parts marked "do not change" are used by the grader in the same way.
# ======================================================================================
#
#  GETTING STARTED: house prices
#
#  data/houses.json describes 200 houses of one town, data/sales.csv tells what buyers
#  paid for them. Train a network that estimates the price of a house from its living
#  area and its age.
#
#  Input shape    (2,)     living area in square metres, age in years, as they are
#  Output shape   (1,)     the price in thousand euros, linear
#  Scored by      the mean absolute error on other houses; README.md has the details
# ======================================================================================
import csv
import json
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"


def read_houses(name):
    """Return the houses of a JSON file as a list of dictionaries."""
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def features(houses):
    """Return living area and age of each house, shape (houses, 2). Do not change this function."""
    return np.array([[house["living_area"], house["age"]] for house in houses], dtype=np.float32)


def load_data():
    """Return the features, (200, 2), and the prices, (200, 1), of the sold houses. Do not change this function."""
    houses = read_houses("houses.json")
    with open(DATA / "sales.csv", newline="", encoding="utf-8") as file:
        price_of = {sale["house"]: float(sale["price"]) for sale in csv.DictReader(file)}
    prices = np.array([[price_of[house["house"]]] for house in houses], dtype=np.float32)
    return features(houses), prices


def show_estimates(model):
    """Print what the model says about the houses of data/for_sale.json."""
    houses = read_houses("for_sale.json")
    prices = model.predict(features(houses), verbose=0)
    for house, price in zip(houses, prices[:, 0]):
        print(f"{house['living_area']} square metres, {house['age']} years old: {price:.1f} thousand euros")


def solution_model():
    """Build, compile and train the model, then return it."""
    x, y = load_data()

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(2,)), ...])
    # ...
    # show_estimates(model)
    model = None

    return model


# Do not change the code below: it saves what solution_model() returns.
if __name__ == "__main__":
    model = solution_model()
    if model is None:
        print("Nothing to save yet: complete solution_model() in Category1/starter.py, then run this file again.")
    else:
        model.save(Path(__file__).with_name("mymodel.h5"))
        print("Saved Category1/mymodel.h5. Now grade it: python -m exam grade 1")
