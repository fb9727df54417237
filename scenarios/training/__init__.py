"""How weights are made: a recipe, its pictures, the training, a bench of the result, its card."""
