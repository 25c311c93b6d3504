"""Which classes a model file may name, and where each of them may come from: an allow-list of Keras's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from exam.findings import shortened

MODULE_OF_MODEL = {"Sequential": "keras", "Model": "keras", "Functional": "keras.src.models.functional"}
MODELS = frozenset(MODULE_OF_MODEL)

REFUSED = frozenset({"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"})
"""These layers carry or fetch code."""
FUNCTIONS = frozenset({"__lambda__", "function"})
"""A function that a layer was given has one of these class names: without a name of its own, or with one."""

LOOKUPS = frozenset({"IntegerLookup", "StringLookup", "TextVectorization"})
"""These layers have a table. One learned with adapt() is not in an .h5 file; one given as a list is."""

LAYERS_OF_KERAS = frozenset(
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
    SpatialDropout3D SpectralNormalization StackedRNNCells StringLookup Subtract TextVectorization
    TimeDistributed UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D
    ZeroPadding3D
    """.split()
)
"""These are the layers of Keras 3.15. Keras 2 has had nearly all of them since TensorFlow 2.5."""
LAYERS_OF_KERAS_2 = frozenset({"SyncBatchNormalization", "TFOpLambda", "SlicingOpLambda"})
"""The two OpLambda classes name a function of TensorFlow, never code; ``keras2.repair`` decides about them."""
LAYERS_ELSEWHERE = {
    **dict.fromkeys(("RandomHeight", "RandomWidth", "ThresholdedReLU"), "keras._legacy.layers"),
    **dict.fromkeys(("LayerScale", "StochasticDepth"), "keras.src.applications.convnext"),
    "CustomScaleLayer": "keras.src.applications.inception_resnet_v2",
}
"""Layer -> its module, for those that are not in ``keras.layers``: old ones, and parts of ``keras.applications``."""
LAYERS = LAYERS_OF_KERAS | LAYERS_OF_KERAS_2 | LAYERS_ELSEWHERE.keys()

_OPERATIONS_OF = {
    "keras.src.ops.numpy": """
        Abs Absolute Add All AllClose Amax Amin Angle Any Append Arange Arccos Arccosh Arcsin Arcsinh Arctan
        Arctan2 Arctanh Argmax Argmin Argpartition Argsort Array ArraySplit Average Bincount BitwiseAnd
        BitwiseInvert BitwiseLeftShift BitwiseNot BitwiseOr BitwiseRightShift BitwiseXor BroadcastTo Cbrt Ceil
        Clip Concatenate Conj Conjugate Copy Corrcoef Correlate Cos Cosh CountNonzero Cross Cumprod Cumsum
        Deg2rad Diag Diagflat Diagonal Diff Digitize Divide DivideNoNan Dot Dsplit Dstack Einsum EmptyLike Equal
        Exp Exp2 ExpandDims Expm1 Fabs Flip Fliplr Flipud Floor FloorDivide Fmax Fmin Fmod Full FullLike Gcd
        Geomspace GetItem Greater GreaterEqual Heaviside Histogram Hsplit Hstack Hypot I0 Imag Inner IsIn
        Isclose Isfinite Isinf Isnan Isneginf Isposinf Isreal Kron Lcm Ldexp LeftShift Less LessEqual Linspace
        Log Log10 Log1p Log2 Logaddexp Logaddexp2 LogicalAnd LogicalNot LogicalOr LogicalXor Logspace Matmul Max
        Maximum Mean Median Meshgrid Min Minimum Mod Moveaxis Multiply NanToNum Nanargmax Nanargmin Nancumprod
        Nancumsum Nanmax Nanmean Nanmedian Nanmin Nanpercentile Nanprod Nanquantile Nanstd Nansum Nanvar Ndim
        Negative Nextafter Nonzero NotEqual OnesLike Outer Pad Percentile Power Prod Ptp Quantile Rad2deg Ravel
        Real Reciprocal Repeat Reshape RightShift Roll Rot90 Round SearchSorted Select Sign Signbit Sin Sinc
        Sinh Size Slogdet Sort Split Sqrt Square Squeeze Stack Std Subtract Sum Swapaxes Take TakeAlongAxis Tan
        Tanh Tensordot Tile Trace Transpose Trapezoid Tril Triu TrueDivide Trunc Unique UnravelIndex Vander Var
        Vdot View Vsplit Vstack Where ZerosLike
    """,
    "keras.src.ops.nn": """
        AdaptiveAveragePool AdaptiveMaxPool AveragePool BatchNorm BinaryCrossentropy CTCDecode CTCLoss
        CategoricalCrossentropy Celu Conv ConvTranspose DepthToSpace DepthwiseConv DotProductAttention Elu Fold
        Gelu Glu HardShrink HardSigmoid HardSilu HardTanh LayerNorm LeakyRelu LogSigmoid LogSoftmax MaxPool
        Moments MultiHot Normalize OneHot PSNR Polar RMSNorm Relu Relu6 Selu SeparableConv Sigmoid Silu
        SoftShrink Softmax Softplus Softsign SpaceToDepth SparseCategoricalCrossentropy SparsePlus SparseSigmoid
        Sparsemax Squareplus TanhShrink Threshold Unfold
    """,
    "keras.src.ops.math": """
        CDist Erf Erfc Erfinv ExtractSequences FFT FFT2 IFFT2 IRFFT ISTFT InTopK Logdet Logsumexp RFFT Rsqrt
        STFT SegmentMax SegmentMin SegmentProd SegmentSum TopK ViewAsComplex ViewAsReal
    """,
    "keras.src.ops.core": """
        Cast ConvertToTensor SaturateCast Scatter ScatterUpdate Slice SliceUpdate StopGradient Unstack
    """,
    "keras.src.ops.linalg": """
        Cholesky CholeskyInverse Det Eig Eigh Inv Lstsq LuFactor MatrixRank Norm Pinv Qr SVD Solve
        SolveTriangular
    """,
    "keras.src.ops.image": """
        AffineTransform CropImages ElasticTransform ExtractPatches GaussianBlur HSVToRGB MapCoordinates
        PadImages PerspectiveTransform RGBToGrayscale RGBToHSV Resize SSIM ScaleAndTranslate SobelEdges
    """,
    "keras.src.ops.einops": "Rearrange",
    "keras.src.activations.activations": "Mish ReLU",
}
"""Module -> the operations on tensors that Keras 3.15 has there. Those that take a function (Map, Scan, WhileLoop ...)
are left out."""
MODULE_OF_OPERATION = {name: module for module, names in _OPERATIONS_OF.items() for name in names.split()}
OPERATIONS = frozenset(MODULE_OF_OPERATION)

PARTS = frozenset(
    """
    Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity IdentityInitializer LecunNormal LecunUniform
    Ones Orthogonal OrthogonalInitializer RandomNormal RandomUniform STFT STFTInitializer TruncatedNormal
    VarianceScaling Zeros L1 L1L2 L2 OrthogonalRegularizer MaxNorm MinMaxNorm NonNeg UnitNorm RadialConstraint
    DTypePolicy DTypePolicyMap FloatDTypePolicy Policy PolicyV1 QuantizedDTypePolicy Int4DTypePolicy
    Int4QuantizationConfig Int8QuantizationConfig AbsMaxQuantizer
    Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion LossScaleOptimizer Muon Nadam RMSprop SGD
    CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay PiecewiseConstantDecay PolynomialDecay
    BinaryCrossentropy BinaryFocalCrossentropy CategoricalCrossentropy CategoricalFocalCrossentropy CategoricalHinge
    CosineSimilarity Dice Hinge Huber KLDivergence LogCosh MeanAbsoluteError MeanAbsolutePercentageError
    MeanSquaredError MeanSquaredLogarithmicError Poisson SparseCategoricalCrossentropy SquaredHinge Tversky AUC
    Accuracy BinaryAccuracy CategoricalAccuracy F1Score FBetaScore FalseNegatives FalsePositives LogCoshError Mean
    Precision R2Score Recall RootMeanSquaredError SparseCategoricalAccuracy SparseTopKCategoricalAccuracy
    TopKCategoricalAccuracy TrueNegatives TruePositives
    """.split()
)
"""Layers are given these: initializers, regularizers, constraints, types. Compiled inner models are given the rest."""

VALUES = frozenset({"__keras_tensor__", "__ellipsis__", "__slice__", "__tuple__", "__bytes__", "TensorShape"})
ARRAYS = frozenset({"__tensor__", "__numpy__"})
KNOWN = LAYERS | MODELS | OPERATIONS | PARTS | VALUES | ARRAYS
_ARGUMENTS = VALUES | ARRAYS
_ONLY_OPERATIONS = OPERATIONS - LAYERS - PARTS

PLACES = frozenset(
    """
    layers models engine ops initializers regularizers constraints dtype_policies mixed_precision quantizers optimizers
    losses metrics legacy
    """.split()
)
"""The classes come from these parts of the package ``keras``."""
NUMBER_TYPES = re.compile(r"(b?float|u?int|complex)\d{1,3}|bool")
MAX_DEPTH = 64
MAX_PARTS = 200_000
"""The description may have this many lists and objects; a network of 813 layers has some 30,000."""


@dataclass(frozen=True)
class Declared:
    """One object that the model's JSON would create.

    Attributes:
        layer: the name of the layer that it is or belongs to.
        class_name: of the object.
        entry: the JSON of the object.
        in_call: whether it stands among the arguments with which a layer is called.
        setting: under which name its owner is given it, for example ``kernel_initializer``.
    """

    layer: str
    class_name: str
    entry: dict[str, Any]
    in_call: bool = False
    setting: str = ""

    @property
    def is_layer(self) -> bool:
        """Return whether it is a layer or an operation, not something that a layer is given."""
        return "inbound_nodes" in self.entry or self.class_name in LAYERS | MODELS | {"Lambda"}

    @property
    def is_misplaced(self) -> bool:
        """Return whether it stands where Keras never writes it.

        A layer is called with tensors and plain values; operations stand in the row of a model's layers alone.
        """
        if self.in_call:
            return self.class_name not in _ARGUMENTS
        return self.class_name in _ONLY_OPERATIONS and "inbound_nodes" not in self.entry

    @property
    def is_known(self) -> bool:
        """Return whether it is one of Keras's own, taken from where Keras has it."""
        registered = self.entry.get("registered_name")
        known = self.class_name in KNOWN and registered in (None, self.class_name)
        if known and self.class_name in ARRAYS:
            inner = self.entry.get("config")
            return isinstance(inner, dict) and bool(NUMBER_TYPES.fullmatch(str(inner.get("dtype"))))
        module = self.entry.get("module")
        if is_operation(self.entry) and self.class_name not in PARTS:
            return known and module in (None, module_of(self.entry))
        return known and (_is_of_keras(module) or module == module_of(self.entry))


def _is_of_keras(module: Any) -> bool:
    """Return whether a module is a part of Keras that has layers or what they are made of; None is Keras 2."""
    if module in (None, "keras", "builtins"):  # builtins: values such as a slice
        return True
    package, *path = str(module).split(".")
    if path[:1] == ["src"]:
        path = path[1:]
    return package == "keras" and bool(path) and path[0] in PLACES


def is_operation(entry: dict[str, Any]) -> bool:
    """Return whether an object is an operation on tensors; eleven layers have the names of operations.

    A stated module decides, as it does for Keras. Without one, every layer states whether it can be trained, and no
    operation does.
    """
    name, module, config = str(entry.get("class_name")), entry.get("module"), entry.get("config")
    if name not in OPERATIONS or name not in LAYERS:
        return name in OPERATIONS
    if module is not None:
        return "layers" not in str(module).split(".")
    return not (isinstance(config, dict) and "trainable" in config)


def module_of(entry: dict[str, Any]) -> str | None:
    """Return the module of a layer, operation or model of Keras 3; None for anything else."""
    name = str(entry.get("class_name"))
    if is_operation(entry):
        return MODULE_OF_OPERATION[name]
    if name in LAYERS_OF_KERAS:
        return "keras.layers"
    return MODULE_OF_MODEL.get(name) or LAYERS_ELSEWHERE.get(name)


def _is_code(item: dict[str, Any]) -> bool:
    """Return whether an object is the code of a lambda, as Keras writes an activation that is one."""
    value = item.get("value")
    return isinstance(value, list) and bool(value) and isinstance(value[0], str) and len(item) == 1


def reference(layer: str, call: int = 0, tensor: int = 0) -> dict[str, Any]:
    """Return a reference to an output of a layer as Keras 3 writes it; it uses the history only, not shape and type."""
    history = [layer, call, tensor]
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None], "dtype": "float32", "keras_history": history},
    }


def computes_in_half(part: Declared) -> bool:
    """Return whether a layer computes in float16: by its type, or by a policy, which may stand there whole."""
    config = part.entry.get("config")
    kind = config.get("dtype") if isinstance(config, dict) and part.is_layer else None
    if isinstance(kind, dict):
        kind = kind["config"].get("name") if isinstance(kind.get("config"), dict) else None
    return kind in ("float16", "mixed_float16")


def declared(config: Any) -> Iterator[Declared]:
    """Yield every object that the model's JSON would create, outer ones first, in the order of the file.

    Raises:
        ValueError: nested deeper or longer than any real model.
    """
    waiting: list[tuple[Any, int, str, bool, str]] = [(config, 0, "model", False, "")]
    parts = 0
    while waiting:
        item, depth, layer, in_call, setting = waiting.pop()
        parts += 1
        if depth > MAX_DEPTH:
            raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")
        if parts > MAX_PARTS:
            raise ValueError(f"it has more than {MAX_PARTS:,} parts")
        if isinstance(item, dict):
            class_name = item.get("class_name")
            if isinstance(class_name, str):
                inner = item.get("config")
                is_part = class_name in PARTS or setting.endswith(("initializer", "regularizer", "constraint"))
                name = inner.get("name") if isinstance(inner, dict) and not is_part else None
                name = name or item.get("name")
                layer = name if isinstance(name, str) else layer
                yield Declared(layer, class_name, item, in_call, setting)
            elif class_name is not None:
                raise ValueError("it has a class without a name")
            elif setting.endswith("activation") and _is_code(item):
                yield Declared(layer, "__lambda__", item, in_call, setting)
        pairs = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
        waiting += [
            (value, depth + 1, layer, in_call or key == "inbound_nodes", key if isinstance(key, str) else setting)
            for key, value in reversed(list(pairs))
            if isinstance(value, (dict, list))
        ]


def lost_tables(parts: Iterable[Declared]) -> Iterator[tuple[str, str, str]]:
    """Yield (layer name, class name, where it is) for every layer whose table the file does not hold."""
    for item in parts:
        inner = item.entry.get("config")
        if item.class_name in LOOKUPS and isinstance(inner, dict):
            table = inner.get("vocabulary")
            if not table:
                yield item.layer, item.class_name, "learned with adapt()"
            elif not isinstance(table, list):
                yield item.layer, item.class_name, f"read from another file ({shortened(repr(str(table)), 60)})"
