"""Which classes a model file may name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MODELS = frozenset({"Sequential", "Functional", "Model"})

REFUSED = frozenset({"Lambda", "__lambda__", "function", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"})
"""Classes that carry or fetch code."""

LOOKUPS = frozenset({"IntegerLookup", "StringLookup", "TextVectorization"})
"""Layers with a table; one that was learned with adapt() is not in an .h5 file, one given as a list is."""

LAYERS = frozenset(
    """
    Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D
    AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add AdditiveAttention AlphaDropout Attention
    AugMix AutoContrast Average AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization Bidirectional
    CategoryEncoding CenterCrop Concatenate ContrastLimitedAdaptiveHistogramEqualization Conv1D Conv1DTranspose
    Conv2D Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Cropping1D Cropping2D Cropping3D
    CutMix Dense DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense Embedding Equalization
    Flatten GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D
    GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization
    GroupedQueryAttention GroupQueryAttention HashedCrossing Hashing Identity InputLayer IntegerLookup LSTM LSTMCell
    LayerNormalization LeakyReLU Masking MaxNumBoundingBoxes MaxPooling1D MaxPooling2D MaxPooling3D Maximum
    MelSpectrogram Minimum MixUp MultiHeadAttention Multiply Normalization PReLU Permute Pipeline RMSNormalization
    RNN RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop
    RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue RandomInvert
    RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear
    RandomTranslation RandomZoom ReLU RepeatVector Rescaling Reshape Resizing ReversibleEmbedding STFTSpectrogram
    SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell Softmax Solarization SpatialDropout1D SpatialDropout2D
    SpatialDropout3D SpectralNormalization StackedRNNCells StringLookup Subtract TextVectorization ThresholdedReLU
    TimeDistributed UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D
    ZeroPadding3D RandomHeight RandomWidth SyncBatchNormalization TFOpLambda SlicingOpLambda
    """.split()
)
"""The layers of Keras 3.15 and of Keras 2 since TensorFlow 2.5. The two OpLambda classes of Keras 2 name a function
of TensorFlow, never code; ``keras2.repair`` decides about them."""


def declared(config: Any, depth: int = 0) -> Iterator[tuple[str, str, str | None, bool]]:
    """Yield (layer name, class name, module, is a layer) for everything that the model's JSON would create.

    Raises:
        RecursionError: nested deeper than any real model.
    """
    if depth > 64:
        raise RecursionError("nested more than 64 levels deep")
    if isinstance(config, list):
        for item in config:
            yield from declared(item, depth + 1)
    if not isinstance(config, dict):
        return
    class_name = config.get("class_name")
    if isinstance(class_name, str):
        inner = config.get("config")
        name = inner.get("name") if isinstance(inner, dict) else None
        module = config.get("module")
        is_layer = "inbound_nodes" in config or isinstance(name, str)
        yield str(name or config.get("name") or class_name), class_name, module, is_layer
    for value in config.values():
        yield from declared(value, depth + 1)


def lost_tables(config: Any) -> Iterator[tuple[str, str]]:
    """Yield (layer name, class name) for every layer whose learned table the file does not hold."""
    if isinstance(config, list):
        for item in config:
            yield from lost_tables(item)
    if not isinstance(config, dict):
        return
    inner = config.get("config")
    if config.get("class_name") in LOOKUPS and isinstance(inner, dict) and not inner.get("vocabulary"):
        yield str(inner.get("name")), config["class_name"]
    for value in config.values():
        yield from lost_tables(value)
