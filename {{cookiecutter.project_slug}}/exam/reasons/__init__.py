"""Why a model lost points: what is known of it, what was tried with it, what explains the loss."""
