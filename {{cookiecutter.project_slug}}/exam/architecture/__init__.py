"""What a model of Keras is made of: which layers are allowed, what shapes they give, what they cost."""
