"""What the space of Keras is made of, as tables of texts: the expressions that ``space.py`` turns into models.

Expressions name the tensors of ``space.MADE`` and ``space_models.SHAPES`` by one letter: ``x`` is a series, ``h`` a
series of values of both signs, ``p`` a picture, ``i`` are ids. No Keras here.
"""

from __future__ import annotations


def items(text: str) -> list[str]:
    """Return the expressions of a table: one on a line, or several with semicolons between them."""
    return [item.strip() for item in text.replace("\n", ";").split(";") if item.strip()]


def table(text: str) -> dict[str, str]:
    """Return the lines ``name: text`` of a table."""
    pairs = [line.split(":", 1) for line in text.strip().splitlines()]
    return {name.strip(): rest.strip() for name, rest in pairs}


# --- Every layer with every argument ---------------------------------------------------------------------------------

BASES = table("""
    Activation: activation='tanh'
    ActivityRegularization: l1=0.1
    AdaptiveAveragePooling1D: output_size=2
    AdaptiveAveragePooling2D: output_size=2 @ p
    AdaptiveAveragePooling3D: output_size=2 @ n
    AdaptiveMaxPooling1D: output_size=2
    AdaptiveMaxPooling2D: output_size=2 @ p
    AdaptiveMaxPooling3D: output_size=2 @ n
    Add: @ [h, g]
    AdditiveAttention: @ [h, g]
    AlphaDropout: rate=0.2
    Attention: @ [h, g]
    AugMix: @ p
    AutoContrast: @ p
    Average: @ [h, g]
    AveragePooling1D: pool_size=2
    AveragePooling2D: pool_size=2 @ p
    AveragePooling3D: pool_size=2 @ n
    BatchNormalization:
    CategoryEncoding: num_tokens=7 @ i
    CenterCrop: height=6, width=5 @ p
    Concatenate: @ [h, g]
    ContrastLimitedAdaptiveHistogramEqualization: @ p
    Conv1D: filters=4, kernel_size=3
    Conv1DTranspose: filters=4, kernel_size=3
    Conv2D: filters=4, kernel_size=3 @ p
    Conv2DTranspose: filters=4, kernel_size=3 @ p
    Conv3D: filters=4, kernel_size=3 @ n
    Conv3DTranspose: filters=4, kernel_size=3 @ n
    ConvLSTM1D: filters=2, kernel_size=3 @ f1
    ConvLSTM2D: filters=2, kernel_size=3 @ f2
    ConvLSTM3D: filters=2, kernel_size=3 @ f3
    Cropping1D: @ x
    Cropping2D: @ p
    Cropping3D: @ n
    CutMix: @ p
    Dense: units=4
    DepthwiseConv1D: kernel_size=3
    DepthwiseConv2D: kernel_size=3 @ p
    Discretization: bin_boundaries=[0.2, 0.5, 0.8]
    Dot: axes=2 @ [h, g]
    Dropout: rate=0.2
    ELU:
    EinsumDense: equation='abc,cd->abd', output_shape=(None, 5)
    Embedding: input_dim=7, output_dim=3 @ i
    Equalization: @ p
    Flatten:
    GRU: units=3
    GaussianDropout: rate=0.2
    GaussianNoise: stddev=0.2
    GlobalAveragePooling1D:
    GlobalAveragePooling2D: @ p
    GlobalAveragePooling3D: @ n
    GlobalMaxPooling1D:
    GlobalMaxPooling2D: @ p
    GlobalMaxPooling3D: @ n
    GroupNormalization: groups=3
    GroupQueryAttention: head_dim=4, num_query_heads=4, num_key_value_heads=2 @ h, g
    HashedCrossing: num_bins=8 @ [i[:, :1], i[:, 1:2]]
    Hashing: num_bins=8 @ i
    Identity:
    IntegerLookup: vocabulary=[1, 3, 5] @ i
    LSTM: units=3
    LayerNormalization:
    LeakyReLU:
    Masking:
    MaxNumBoundingBoxes: max_number=3 @ p
    MaxPooling1D: pool_size=2
    MaxPooling2D: pool_size=2 @ p
    MaxPooling3D: pool_size=2 @ n
    Maximum: @ [h, g]
    MelSpectrogram: fft_length=64, sequence_stride=32, num_mel_bins=16 @ b
    Minimum: @ [h, g]
    MixUp: @ p
    MultiHeadAttention: num_heads=2, key_dim=4 @ h, g
    Multiply: @ [h, g]
    Normalization: mean=0.4, variance=0.3
    PReLU:
    Permute: dims=(2, 1)
    Pipeline: layers=[L.Rescaling(0.5), L.RandomFlip()] @ p
    RMSNormalization:
    RNN: cell=L.GRUCell(3)
    RandAugment: @ p
    RandomBrightness: factor=0.2 @ p
    RandomColorDegeneration: factor=0.2 @ p
    RandomColorJitter: brightness_factor=0.2 @ p
    RandomContrast: factor=0.2 @ p
    RandomCrop: height=6, width=5 @ p
    RandomElasticTransform: @ p
    RandomErasing: @ p
    RandomFlip: @ p
    RandomGaussianBlur: @ p
    RandomGrayscale: @ p
    RandomHue: factor=0.2 @ p
    RandomInvert: @ p
    RandomPerspective: @ p
    RandomPosterization: factor=4 @ p
    RandomRotation: factor=0.1 @ p
    RandomSaturation: factor=0.2 @ p
    RandomSharpness: factor=0.2 @ p
    RandomShear: x_factor=0.1, y_factor=0.1 @ p
    RandomTranslation: height_factor=0.1, width_factor=0.1 @ p
    RandomZoom: height_factor=0.1 @ p
    ReLU:
    RepeatVector: n=3 @ a
    Rescaling: scale=2.0
    Reshape: target_shape=(4, 6)
    Resizing: height=5, width=4 @ p
    ReversibleEmbedding: input_dim=7, output_dim=3 @ i
    STFTSpectrogram: frame_length=16, frame_step=8, fft_length=16 @ ops.expand_dims(b, -1)
    SeparableConv1D: filters=4, kernel_size=3
    SeparableConv2D: filters=4, kernel_size=3 @ p
    SimpleRNN: units=3
    Softmax:
    Solarization: @ p
    SpatialDropout1D: rate=0.2
    SpatialDropout2D: rate=0.2 @ p
    SpatialDropout3D: rate=0.2 @ n
    SpectralNormalization: layer=L.Dense(3)
    StringLookup: vocabulary=['cat', 'dog', 'bird'] @ w
    Subtract: @ [h, g]
    TextVectorization: vocabulary=['cat', 'dog', 'bird'], output_sequence_length=3 @ w
    UnitNormalization:
    UpSampling1D: size=2
    UpSampling2D: size=2 @ p
    UpSampling3D: size=2 @ n
    ZeroPadding1D:
    ZeroPadding2D: @ p
    ZeroPadding3D: @ n
""")
"""Layer -> its arguments, and after ``@`` what it is called on, a series if nothing is said."""
NOT_HERE = frozenset(
    """
    Lambda TFSMLayer TorchModuleWrapper JaxLayer FlaxLayer Layer Wrapper InputSpec InputLayer Bidirectional
    TimeDistributed StackedRNNCells GRUCell LSTMCell SimpleRNNCell
    """.split()
)
"""What runs code, is no layer of its own, or has a table of its own below."""

VALUES = table("""
    activation: L.LeakyReLU(0.2); activations.gelu; tf.nn.elu
    recurrent_activation: 'tanh'; activations.hard_sigmoid; tf.nn.sigmoid
    padding: 'valid'; 'same'
    data_format: 'channels_last'; 'channels_first'
    use_bias: False
    seed: 7
    dropout: 0.2
    recurrent_dropout: 0.2
    return_sequences: True
    return_state: True
    go_backwards: True
    unroll: True
    use_cudnn: False; True
    reset_after: False
    unit_forget_bias: False
    zero_output_for_mask: True
    keepdims: True
    center: False
    epsilon: 1e-5
    momentum: 0.9
    renorm_momentum: 0.9
    renorm_clipping: {'rmax': 3.0}
    synchronized: True
    lora_rank: 2
    value_range: (0, 1); [0, 255]
    interpolation: 'nearest'; 'bicubic'
    fill_mode: 'constant'; 'nearest'; 'wrap'
    fill_value: 0.5
    factor: 0.3; (0.1, 0.3); [0.1, 0.3]
    noise_shape: (4, 1, 3); [None, 1, 3]
    sparse: False
    pad_to_max_tokens: True
    mask_zero: True
    embeddings_initializer: 'normal'; initializers.RandomUniform(-0.1, 0.1, seed=3)
    depth_multiplier: 2
    dilation_rate: 2; TUPLE; LIST
    strides: 2; TUPLE; LIST
    kernel_size: 2; TUPLE; LIST
    pool_size: 3; TUPLE; LIST
    size: 3; TUPLE; LIST
    output_size: 3; TUPLE; LIST
    sliding_window: 2
    flash_attention: False
    use_gate: True
    alpha: 0.5
    mode: 'horizontal'; 'vertical'
    window: 'hamming'; None
    height_factor: (-0.2, 0.1); [-0.1, 0.2]
    width_factor: 0.2; (-0.2, 0.1); [-0.1, 0.2]
    scale: False
    Activation.activation: 'relu'; 'softmax'; activations.gelu; L.LeakyReLU(0.2); ops.silu; tf.nn.elu; None
    ActivityRegularization.l1: 0.0
    ActivityRegularization.l2: 0.2
    AdditiveAttention.use_scale: False
    Attention.use_scale: True
    Attention.score_mode: 'concat'; 'dot'
    AugMix.num_chains: 2
    AugMix.chain_depth: 2
    AugMix.factor: 0.2; (0.1, 0.2)
    AugMix.all_ops: False
    BatchNormalization.axis: 1; 2; -1; [-1]; (2,); [1, 2]
    BatchNormalization.renorm: True
    CategoryEncoding.output_mode: 'one_hot'; 'count'; 'multi_hot'
    Concatenate.axis: 1; 2; -2
    ContrastLimitedAdaptiveHistogramEqualization.clip_limit: 2.0
    ContrastLimitedAdaptiveHistogramEqualization.tile_grid_size: (4, 4); [2, 2]
    Conv1D.padding: 'valid'; 'same'; 'causal'
    Conv1D.groups: 1
    Conv2D.groups: 3
    Conv2D.filters: 6
    Conv3D.groups: 2
    Conv2D.kernel_size: 2; (3, 3); [3, 3]; (1, 3); (5, 2)
    Conv2D.strides: 2; (2, 2); [2, 2]; (2, 1)
    Cropping1D.cropping: 2; (2, 1); [1, 2]
    Cropping2D.cropping: 2; (2, 1); [1, 2]; ((1, 0), (2, 1)); [[1, 0], [2, 1]]
    Cropping3D.cropping: 2; (2, 1, 1); [1, 2, 1]; ((1, 0), (2, 1), (1, 1)); [[1, 0], [2, 1], [0, 1]]
    CutMix.factor: 0.5
    Dense.kernel_initializer: INITIALIZERS
    Dense.kernel_regularizer: REGULARIZERS
    Dense.kernel_constraint: CONSTRAINTS
    Discretization.bin_boundaries: (0.2, 0.5); [0.5]; np.array([0.2, 0.6]).tolist()
    Discretization.output_mode: 'one_hot'; 'multi_hot'; 'count'
    Discretization.epsilon: 0.1
    Dot.axes: 1; -1; (2, 2); [2, 2]; (1, 1); [1, 1]
    Dot.normalize: True
    ELU.alpha: 0.5
    EinsumDense.output_shape: (8, 5); [None, 5]; [8, 5]
    EinsumDense.bias_axes: 'd'; 'bd'
    Embedding.weights: [np.ones((7, 3))]
    Equalization.bins: 64
    GroupNormalization.groups: 1; -1
    GroupNormalization.axis: 1; 2; -1
    GroupQueryAttention.num_key_value_heads: 1; 4
    HashedCrossing.output_mode: 'one_hot'; 'int'
    Hashing.mask_value: 0
    Hashing.salt: 5; [5, 7]; (5, 7)
    Hashing.output_mode: 'one_hot'; 'multi_hot'; 'count'
    IntegerLookup.max_tokens: 10
    IntegerLookup.num_oov_indices: 0; 2
    IntegerLookup.mask_token: 0
    IntegerLookup.oov_token: -2
    IntegerLookup.vocabulary: (1, 3, 5); np.array([1, 3, 5]); list(range(7)); tf.constant([1, 3, 5])
    IntegerLookup.vocabulary_dtype: 'int32'
    IntegerLookup.invert: True
    IntegerLookup.oov_method: 'farmhash'
    salt: 5
    IntegerLookup.output_mode: 'one_hot'; 'multi_hot'; 'count'
    LayerNormalization.axis: 1; 2; [1, 2]; (1, 2); [-1]; (-1,)
    LeakyReLU.negative_slope: 0.1; 0
    Masking.mask_value: 1.0; -1
    MaxNumBoundingBoxes.fill_value: 0
    MelSpectrogram.sequence_length: 32
    MelSpectrogram.sampling_rate: 8000
    MelSpectrogram.min_freq: 0.0
    MelSpectrogram.max_freq: 4000
    MelSpectrogram.power_to_db: False
    MelSpectrogram.top_db: 60.0
    MelSpectrogram.mag_exp: 1.0
    MelSpectrogram.min_power: 1e-6
    MelSpectrogram.ref_power: 2.0
    MixUp.alpha: 0.5
    MultiHeadAttention.value_dim: 3
    MultiHeadAttention.output_shape: 5; (5,); [5]; (2, 3)
    MultiHeadAttention.attention_axes: 1; (1,); [1]
    Normalization.axis: None
    Normalization.mean: 2; np.float32(0.5); [0.1, 0.2, 0.3]; np.array([0.1, 0.2, 0.3]); (0.1, 0.2, 0.3)
    Normalization.invert: True
    PReLU.alpha_initializer: 'ones'; initializers.Constant(0.25)
    PReLU.shared_axes: 1; [1]; (1,); [1, 2]; (1, 2)
    Permute.dims: [2, 1]; (1, 2)
    Pipeline.layers: (L.Rescaling(0.5),); [L.CenterCrop(6, 6), L.Resizing(4, 4), L.Rescaling(1 / 255)]
    RMSNormalization.axis: 1; 2; (1, 2); [1, 2]
    RNN.cell: L.LSTMCell(3); L.SimpleRNNCell(3); [L.GRUCell(3), L.GRUCell(2)]; (L.LSTMCell(3), L.LSTMCell(2))
    RandAugment.num_ops: 1
    RandomColorJitter.contrast_factor: 0.2; (0.1, 0.2)
    RandomColorJitter.saturation_factor: 0.2; (0.1, 0.2)
    RandomColorJitter.hue_factor: 0.2; (0.1, 0.2)
    RandomColorJitter.brightness_factor: (0.1, 0.2); [0.1, 0.2]
    RandomElasticTransform.scale: 0.5; (0.2, 0.5)
    RandomErasing.scale: 0.1; (0.1, 0.2); [0.1, 0.2]
    RandomErasing.fill_value: 0
    RandomGaussianBlur.kernel_size: 5; (3, 5); [3, 5]
    RandomGaussianBlur.sigma: 0.5; (0.5, 1.0); [0.5, 1.0]
    RandomPerspective.scale: 0.5; (0.2, 0.5)
    RandomPosterization.factor: 2
    RandomShear.x_factor: (0.1, 0.2); [0.1, 0.2]
    RandomShear.y_factor: (0.1, 0.2); [0.1, 0.2]
    ReLU.max_value: 1; 0.5
    ReLU.negative_slope: 0.1
    ReLU.threshold: 0.3
    Rescaling.scale: 1 / 255; 2; [1.0, 2.0, 3.0]; (1.0, 2.0, 3.0); np.array([1.0, 2.0, 3.0]); np.float32(0.5)
    Rescaling.offset: -1; [1.0, 2.0, 3.0]; (1.0, 2.0, 3.0); np.array([1.0, 2.0, 3.0])
    Reshape.target_shape: [4, 6]; (-1,); (4, -1); [2, 3, 4]; (24,); (np.int64(4), 6)
    Resizing.interpolation: 'nearest'; 'bicubic'; 'lanczos3'; 'lanczos5'; 'area'
    Resizing.crop_to_aspect_ratio: True
    Resizing.pad_to_aspect_ratio: True
    Resizing.antialias: True
    ReversibleEmbedding.tie_weights: False
    ReversibleEmbedding.reverse_dtype: 'float32'
    ReversibleEmbedding.logit_soft_cap: 2.0
    STFTSpectrogram.mode: 'magnitude'; 'psd'; 'real'; 'imag'; 'angle'; 'stft'
    STFTSpectrogram.periodic: True
    STFTSpectrogram.scaling: 'spectrum'
    STFTSpectrogram.expand_dims: True
    Softmax.axis: 1; 2; (1, 2); [1, 2]; [-1]; (-1,)
    Solarization.addition_factor: 0.1; (0.1, 0.2)
    Solarization.threshold_factor: 0.1; (0.1, 0.2)
    SpectralNormalization.layer: L.Conv1D(3, 2); L.EinsumDense('abc,cd->abd', (None, 3))
    SpectralNormalization.power_iterations: 2
    StringLookup.max_tokens: 10
    StringLookup.num_oov_indices: 0; 2
    StringLookup.mask_token: 'cat'
    StringLookup.oov_token: '?'
    StringLookup.vocabulary: ('cat', 'dog'); np.array(['cat', 'dog']); tf.constant(['cat', 'dog'])
    StringLookup.output_mode: 'one_hot'; 'multi_hot'; 'count'
    encoding: 'latin-1'
    StringLookup.invert: True
    TextVectorization.max_tokens: 10
    TextVectorization.standardize: 'lower'; 'strip_punctuation'; None
    TextVectorization.split: 'character'; None
    TextVectorization.ngrams: 2; (1, 2); [1, 2]
    TextVectorization.output_mode: 'multi_hot'; 'count'
    TextVectorization.output_sequence_length: 5
    UnitNormalization.axis: 1; 2; (1, 2); [1, 2]; [-1]
    UpSampling2D.size: 3; (2, 3); [3, 2]
    UpSampling2D.interpolation: 'bilinear'; 'bicubic'; 'lanczos3'
    ZeroPadding1D.padding: 2; (1, 2); [2, 1]
    ZeroPadding2D.padding: 2; (1, 2); [2, 1]; ((1, 0), (2, 1)); [[1, 0], [2, 1]]
    ZeroPadding3D.padding: 2; (1, 2, 1); [2, 1, 1]; ((1, 0), (2, 1), (0, 0)); [[1, 0], [2, 1], [0, 0]]
""")
"""``argument`` or ``Layer.argument`` -> the values to try. ``TUPLE`` and ``LIST`` have one number for each axis."""
ENDINGS = {
    "initializer": "initializers.RandomNormal(0.1, 0.2, seed=3)",
    "regularizer": "regularizers.L1L2(0.001, 0.002)",
    "constraint": "constraints.MaxNorm(2.0)",
}
"""The same for arguments that end in these words; the layer Dense has more of them."""
PARTS = {
    "INITIALIZERS": [
        "'zeros'", "'he_normal'", "initializers.RandomNormal(0.1, 0.2, seed=3)", "'glorot_uniform'",
        "'lecun_normal'", "initializers.Constant(0.2)", "initializers.GlorotNormal(3)",
        "initializers.HeUniform()", "initializers.LecunUniform(seed=1)", "initializers.Orthogonal(0.5)",
        "initializers.TruncatedNormal(stddev=0.1)", "initializers.VarianceScaling(2.0, 'fan_out', 'uniform')",
        "initializers.RandomUniform(-1, 1)", "initializers.Ones", "initializers.Identity(0.5)",
        "initializers.serialize(initializers.HeNormal(4))", "{'class_name': 'Constant', 'config': {'value': 0.3}}",
        "np.ones((3, 4))",
    ],
    "REGULARIZERS": [
        "'l1'", "'l2'", "regularizers.L1L2(0.001, 0.002)",
        "'l1_l2'", "'orthogonal_regularizer'", "regularizers.L1(0.01)", "regularizers.l2(0.01)",
        "regularizers.L2", "regularizers.OrthogonalRegularizer(0.01, mode='columns')",
        "regularizers.serialize(regularizers.L2(0.1))",
    ],
    "CONSTRAINTS": [
        "'max_norm'", "'non_neg'", "'unit_norm'", "constraints.MinMaxNorm(0.1, 1.0, axis=[0])", "constraints.NonNeg",
        "constraints.UnitNorm(axis=1)", "constraints.serialize(constraints.MaxNorm(3))", "'min_max_norm'",
    ],
}
UNTRIED = frozenset(
    "self kwargs name weights quantization_config gptq_unpacked_column_size stateful ragged dtype split_size".split()
)
"""Arguments that are the same for all layers, or have rows of their own."""
COMMON = ("dtype='float64'", "dtype=keras.DTypePolicy('mixed_float16')", "trainable=False, name='its-own.name'")
"""What every layer takes."""


COMBINED = table("""
    padding and strides: L.Conv2D(4, 3, 2, 'same', activation='relu')(p); L.Conv1D(4, 3, padding='causal', strides=2)(x)
    groups: L.Conv1D(4, 3, groups=2)(h); L.Conv2D(6, 3, groups=3)(p); L.Conv3D(4, 3, groups=2)(n)
    pooling: L.MaxPooling2D((3, 3), (2, 1), 'same')(p); L.AveragePooling2D(3, 1, 'same')(p)
    transposed: L.Conv2DTranspose(4, 3, strides=2, padding='same', output_padding=1)(p)
    transposed 1: L.Conv1DTranspose(4, 3, strides=2, output_padding=1)(x)
    transposed 3: L.Conv3DTranspose(2, 3, strides=(2, 2, 2), padding='same', output_padding=[1, 1, 1])(n)
    separable: L.SeparableConv2D(4, (3, 3), (1, 1), 'same', depth_multiplier=2, activation='relu')(p)
    matrices: L.EinsumDense('ab,bc->ac', output_shape=5, bias_axes='c', activation='relu')(v)
    heads: L.EinsumDense('abc,cde->abde', output_shape=(None, 2, 3), bias_axes='de')(h)
    dots: L.EinsumDense('...x,xy->...y', output_shape=5)(h)
    normalised: L.Normalization(axis=-1, mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 3.0])(x)
    normalised over all: L.Normalization(axis=None, mean=0.2, variance=np.float32(2.0))(x)
    normalised over two: L.Normalization(axis=(1, 2), mean=np.ones((8, 3)), variance=np.ones((8, 3)) * 2)(x)
    normalised over one: L.Normalization(axis=1, mean=np.arange(8.0), variance=np.arange(1.0, 9.0))(x)
    attended: L.MultiHeadAttention(2, 4, attention_axes=(2, 3))(q, q)
    attended otherwise: L.MultiHeadAttention(2, 4, value_dim=3, output_shape=(2, 2), dropout=0.1)(h, g, g)
    sequence and state: L.LSTM(3, return_sequences=True, return_state=True)(x)
    unrolled backwards: L.GRU(3, unroll=True, go_backwards=True, reset_after=False)(x)
    lookup: L.IntegerLookup(vocabulary=[1, 3, 5], output_mode='tf_idf', idf_weights=[0.1, 0.2, 0.3])(i)
    lookup with a mask: L.LSTM(2)(L.Embedding(9, 3, mask_zero=True)(L.IntegerLookup(vocabulary=[1], mask_token=0)(i)))
    lookup padded: L.IntegerLookup(9, vocabulary=[1, 3], output_mode='multi_hot', pad_to_max_tokens=True)(i)
    words: L.Embedding(8, 3)(L.StringLookup(vocabulary=['cat', 'dog'], mask_token='')(w))
    there and back: L.StringLookup(vocabulary=['a', 'b', 'c'])(L.StringLookup(vocabulary=['a', 'b'], invert=True)(i))
    crossed: L.HashedCrossing(8, output_mode='one_hot')((i[:, :1], i[:, 1:2]))
    reversed: L.ReversibleEmbedding(7, 4)(e, reverse=True)
    positions: L.Embedding(6, 4)(ops.arange(6)) + e
    counted: L.CategoryEncoding(7, output_mode='count')(i)
    counted with weights: L.CategoryEncoding(7, 'count')(i, count_weights=ops.ones_like(i))
    cropped: L.Resizing(6, 6, crop_to_aspect_ratio=True)(p)
    filled: L.Resizing(4, 6, pad_to_aspect_ratio=True, fill_value=1.0)(p)
    clipped: L.ReLU(6.0, 0.1, 0.2)(h); L.ReLU(max_value=np.float32(2.0))(h)
    layer called in training: L.Dropout(0.5)(h, training=False); L.BatchNormalization()(h, training=False)
    layer called in training 2: L.BatchNormalization()(h, training=True); L.GaussianNoise(0.1)(h, training=False)
    normalised with a mask: L.BatchNormalization()(h, mask=x[:, :, 0] > 0.5)
    small corrections: L.Dense(4, lora_rank=2, lora_alpha=4.0)(h); L.Embedding(7, 4, lora_rank=2, lora_alpha=3)(i)
    words weighed: L.StringLookup(vocabulary=['cat', 'dog'], output_mode='tf_idf', idf_weights=[0.1, 0.2])(w)
    words of a text weighed: L.TextVectorization(vocabulary=['cat'], output_mode='tf_idf', idf_weights=[0.1])(w)
    bins: L.Discretization(num_bins=3, epsilon=0.1)(x)
    softmax with a mask: L.Softmax()(h, mask=ops.ones_like(h) > 0)
""")


# --- Wrappers --------------------------------------------------------------------------------------------------------

RECURRENT = items("""
    L.LSTM(3); L.GRU(3); L.SimpleRNN(3); L.RNN(L.LSTMCell(3)); L.RNN([L.GRUCell(3), L.GRUCell(2)])
    L.RNN(L.StackedRNNCells([L.LSTMCell(3), L.LSTMCell(2)]))
""")
DISTRIBUTED = table("""
    x: L.Dense(2); L.Dense(2, activation='relu'); L.Dropout(0.2); L.Activation('relu'); L.BatchNormalization()
    x 2: L.LayerNormalization(); L.Rescaling(2.0); L.RepeatVector(2); L.Reshape((3, 1)); L.Softmax(); L.Identity()
    x 3: L.TimeDistributed(L.Identity()); L.SpectralNormalization(L.Dense(2)); L.PReLU(); L.UnitNormalization()
    f1: L.LSTM(2); L.GRU(2, return_sequences=True); L.Conv1D(2, 3); L.MaxPooling1D(); L.Flatten(); L.Masking()
    f1 2: L.Bidirectional(L.LSTM(2)); L.TimeDistributed(L.Dense(2)); L.GlobalAveragePooling1D(); L.Permute((2, 1))
    f2: L.Conv2D(2, 3); L.MaxPooling2D(2); L.GlobalMaxPooling2D(); L.Flatten(); L.SeparableConv2D(2, 3)
    f2 2: L.DepthwiseConv2D(3); L.ZeroPadding2D(1); L.UpSampling2D(2); L.Conv2DTranspose(2, 3); L.Resizing(4, 4)
    f2 3: keras.Sequential([L.Conv2D(2, 3), L.Flatten()])
    f2 4: keras.Sequential([keras.Input((8, 8, 3)), L.Conv2D(2, 3, activation='relu'), L.GlobalMaxPooling2D()])
""")
CELLS = items("""
    L.LSTMCell(3, activation='relu'); L.GRUCell(3, reset_after=False); L.SimpleRNNCell(3, use_bias=False)
    L.LSTMCell(3, dropout=0.1, recurrent_dropout=0.1); L.GRUCell(3, recurrent_activation='relu', seed=3)
    L.LSTMCell(3, unit_forget_bias=False); L.StackedRNNCells((L.GRUCell(3), L.LSTMCell(2)))
    L.LSTMCell(3, kernel_initializer=initializers.HeNormal(), recurrent_regularizer='l2', bias_constraint='non_neg')
    L.SimpleRNNCell(3, activation=tf.nn.relu); L.GRUCell(3, activation=activations.silu, dtype='float64')
    L.StackedRNNCells([L.LSTMCell(3), L.SimpleRNNCell(2), L.GRUCell(4)])
""")


# --- Masks -----------------------------------------------------------------------------------------------------------

MASKED = items("""
    L.LSTM(3)(z); L.GRU(3)(z); L.SimpleRNN(3)(z); L.LSTM(3, return_sequences=True)(z); L.LSTM(3, go_backwards=True)(z)
    L.LSTM(3, unroll=True)(z); L.GRU(3, return_state=True)(z); L.RNN(L.GRUCell(3))(z); L.GRU(3, reset_after=False)(z)
    L.RNN([L.LSTMCell(3), L.LSTMCell(2)])(z); L.RNN(L.LSTMCell(3), return_sequences=True, zero_output_for_mask=True)(z)
    L.Bidirectional(L.LSTM(3))(z); L.Bidirectional(L.GRU(3, return_sequences=True), merge_mode='sum')(z)
    L.TimeDistributed(L.Dense(2))(z); L.GlobalAveragePooling1D()(z); L.GlobalMaxPooling1D()(z); L.Flatten()(z)
    L.Softmax()(z); L.Softmax(axis=1)(z); L.BatchNormalization()(z); L.LSTM(3)(L.BatchNormalization()(z))
    L.LSTM(3)(L.Dropout(0.2)(z)); L.LSTM(3)(L.SpatialDropout1D(0.2)(z)); L.LSTM(3)(L.LayerNormalization()(z))
    L.LSTM(3)(L.Dense(3)(z)); L.LSTM(3)(L.Activation('relu')(z)); L.LSTM(3)(L.Conv1D(3, 3, padding='same')(z))
    L.LSTM(3)(L.LSTM(4, return_sequences=True)(z)); L.LSTM(3)(L.TimeDistributed(L.Dense(3))(z)); L.LSTM(3)(L.ReLU()(z))
    L.LSTM(3)(L.Masking(0.5)(z)); L.LSTM(3)(L.Identity()(z)); L.LSTM(3)(L.GaussianNoise(0.1)(z))
    L.LSTM(3)(L.PReLU()(z)); L.GlobalAveragePooling1D()(L.LSTM(4, return_sequences=True)(z))
    L.LSTM(3)(L.UnitNormalization()(z)); L.GRU(3)(L.Bidirectional(L.LSTM(2, return_sequences=True))(z))
    L.LSTM(3)(L.EinsumDense('abc,cd->abd', (None, 3))(z)); L.GlobalAveragePooling1D()(L.Dense(3)(z))
    L.LSTM(3)(L.ActivityRegularization(0.1)(z)); L.Permute((2, 1))(z); L.LSTM(3)(L.Rescaling(2.0)(z))
    L.LSTM(3)(L.RMSNormalization()(z)); L.LSTM(3)(L.ZeroPadding1D(1)(z))
""")
"""Chains of layers that take or hand on a mask."""
MASKED_FUNCTIONAL = items("""
    L.Attention()([z, y]); L.Attention(use_scale=True)([z, y, z]); L.AdditiveAttention()([z, y])
    L.Attention()([z, y], use_causal_mask=True); L.Attention()([e, e], mask=[None, i > 0])
    L.Attention()([z, y], mask=[i > 0, i > 1]); L.Attention(score_mode='concat')([z, y])
    L.MultiHeadAttention(2, 4)(z, z); L.MultiHeadAttention(2, 4)(z, y)
    L.MultiHeadAttention(2, 4)(z, z, use_causal_mask=True); L.GroupQueryAttention(4, 4, 2)(z, z)
    L.MultiHeadAttention(2, 4)(e, e, query_mask=i > 0, value_mask=i > 1)
    L.MultiHeadAttention(2, 4)(e, e, key_mask=i > 0); L.MultiHeadAttention(2, 4)(e, e, attention_mask=i[:, None, :] > 0)
    L.MultiHeadAttention(2, 4)(e, e, attention_mask=ops.ones((6, 6)))
    L.MultiHeadAttention(2, 4)(e, e, attention_mask=np.tril(np.ones((1, 6, 6), bool)))
    L.GlobalAveragePooling1D()(L.MultiHeadAttention(2, 4)(z, z)); L.GlobalAveragePooling1D()(L.Attention()([z, z]))
    L.LSTM(3)(L.Add()([z, y])); L.LSTM(3)(L.Add()([z, e])); L.LSTM(3)(L.Concatenate()([z, y])); L.LSTM(3)(z + y)
    L.LSTM(3)(L.Concatenate(axis=1)([z, y])); L.LSTM(3)(L.Multiply()([z, y])); L.LSTM(3)(L.Average()([z, e]))
    L.LSTM(3)(z * 2.0); L.LSTM(3)(ops.relu(z)); L.LSTM(3)(z[:, 1:]); L.LSTM(3)(z[:, ::-1]); L.LSTM(3)(e, mask=i > 0)
    L.LSTM(3)(e, mask=ops.not_equal(i, 0)); L.GRU(3)(e, mask=i != 0)
    L.LSTM(3)(e, mask=L.Embedding(7, 4, mask_zero=True).compute_mask(i)); L.LSTM(3)(k, mask=x[:, :, 0] > 0.5)
    L.Bidirectional(L.LSTM(3))(e, mask=i > 0); L.TimeDistributed(L.Dense(3))(e, mask=i > 0)
    L.GlobalAveragePooling1D()(e, mask=i > 0); L.RNN(L.GRUCell(3))(e, mask=i > 0)
    L.Softmax()(e, mask=(i > 0)[:, :, None])
    L.LSTM(3)(L.Embedding(7, 4)(i), mask=L.Masking().compute_mask(ops.cast(i, 'float32')[:, :, None]))
    L.BatchNormalization()(e, mask=i > 0)
    L.LSTM(3)(z, initial_state=[L.Dense(3)(L.Flatten()(e)), L.Dense(3)(L.Flatten()(e))])
    ops.sum(z * ops.cast(i > 0, 'float32')[:, :, None], axis=1); L.Dot(axes=1)([z, y]); L.LSTM(3)(L.Reshape((6, 4))(z))
    L.LSTM(3)(L.Subtract()([z, y])); L.LSTM(3)(L.Maximum()([z, y])); L.LSTM(3)(L.Minimum()([z, e]))
""")


# --- Operators and indices -------------------------------------------------------------------------------------------

OPERATORS = "+ - * / // % ** @ < <= > >= == !=".split()
OPERANDS = items("""
    2; 0.5; -1.5; g; np.float32(2.0); np.array([1.0, 2.0, 3.0, 4.0], 'float32'); np.ones((8, 4)); np.full((1, 1, 1), 2)
    tf.constant(2.0); tf.constant([1.0, 2.0, 3.0, 4.0]); ops.ones((4,)); ops.convert_to_tensor([2.0]); h[:, :1]
    x[:, :, :1]; True; np.int64(3); [1.0, 2.0, 3.0, 4.0]; tf.Variable(2.0)
""")
MORE_OPERATORS = items("""
    -h; +h; abs(h); round(h); round(h, 1); ~(h > 0); (h > 0) & (g > 0); (h > 0) | (g > 0); (h > 0) ^ (g > 0)
    h @ g[:, :4]; m @ m; m @ np.ones((4, 3), 'float32'); np.ones((4, 4), 'float32') @ m; tf.ones((4, 4)) @ m; 1 - h
    1 / (1 + x); (h - 1) * (h + 1); h * h * h; h ** 2 + g ** 2; (h ** 2) ** 0.5; 2 ** h; x ** h; h / h; h - h; h * 2 * 2
    (h + 1) + (h + 1); h + g + h; -(-h); h * -1; i + 1; i * 2; i // 2; i % 3; i / 2; 2 * i + 1; i - 0.5; i ** 2; i + i
    i == 3; i < 4; i & 3; i | 1; i ^ 2; 7 - i; p / 255.0; p / 127.5 - 1.0; (p - 0.5) * 2; 1.0 - p; p * [1.0, 0.5, 0.1]
    p - np.array([0.4, 0.5, 0.6]); p - tf.constant([0.4, 0.5, 0.6]); (p - p[:, :1]) / 2; h if h is not None else x
    v + 1; 1e-7 + x; h * 1e9; h + float('1e-30'); h * np.pi; h // 0.3; x % 0.3; h % -0.3; -h // 0.5; divmod(h, 2)[0]
    sum([h, g]); sum([h, g]) / 2; h * (x[:, :, 0:1] > 0.5); (h > 0) * 1.0; (h == h) + 0.0; v - v[:, :1]; 3 > h; 0.1 == h
""")
INDICES = items("""
    h[:, 0]; h[:, -1]; h[:, 3]; h[:, -1:]; h[:, :1]; h[:, 1:5]; h[:, -3:-1]; h[:, 2:]; h[:, :-2]; h[:, ::2]; h[:, 1::3]
    h[:, ::-1]; h[:, 5:1:-1]; h[:, ::-2]; h[:, -1, :]; h[:, -1:, :]; h[:, :, 0]; h[:, :, -1]; h[:, :, 0:1]; h[:, :, 1:3]
    h[:, :, ::-1]; h[:, 0, 1]; h[:, 2:4, 1:3]; h[:, -1, -1:]; h[..., 0]; h[..., -1]; h[..., :2]; h[..., -1:]
    h[..., ::2]; h[..., None]; h[:, None]; h[:, np.newaxis]; h[:, :, None]; h[:, tf.newaxis, :]; h[..., tf.newaxis]
    h[:, None, :, None]; h[:, -1, None]; h[:, slice(1, 4)]; h[:, slice(None, None, 2), 0]; h[:]; h[...]; h[:, :]
    h[:, ..., 0]; h[:, np.int64(2)]; h[:, int(2.0)]; h[:, np.int32(1):np.int32(4)]; h[:, range(3)[1]]
    h[(slice(None), 1)]; h[:, tf.constant(1)]; h[:, True]; h[:, [0, 2]]; h[:, (0, 2)]; h[:, np.array([0, 2])]; h[h > 0]
    h[0]; h[:2]; h[::2]; h[-1]; h[None]; h[0:1]; h[:, :4, 0]; v[:, 0]; v[:, 2:3]; v[:, -1]; v[:, :3]; v[:, 3:]
    v[:, 1:] - v[:, :-1]; v[:, ::-1]; v[:, None, :]; v[:, :, None]; p[:, 2:-2, 2:-2]; p[:, 2:-2, 2:-2, :]; p[..., 0]
    p[..., 0:1]; p[..., ::-1]; p[:, ::2, ::2]; p[:, :, ::-1]; p[:, 0, 0]; p[:, :, :, 1:]; p[:, -1]; p[:, :4, 4:, 1]
    p[:, 0]; p[..., None]; n[:, 0]; n[:, :, :, 1]; n[:, 1:-1, 1:-1, 1:-1, 0]; i[:, 0]; i[:, :3]; i[:, -1:]; i[:, ::-1]
    x[:, 1:] - x[:, :-1]; x - x[:, :1]; x[:, :, 0]; x[:, 1:, 0] - x[:, :-1, 0]; h[:, 2:][:, 1:]; h[:, -1][:, 0]
    h[:, -1] + h[:, 0]; L.LSTM(3, return_sequences=True)(x)[:, -1]; h[:, -1] - g[:, -1]
    L.Dense(3)(h[:, -1, :])[:, None] + x; L.Dense(3)(h)[:, :, 1] * 2; h[:, 0] * h[:, 1]
""")


# --- Every function of keras.ops -------------------------------------------------------------------------------------

ALIKE = {
    "(h)": """
        abs absolute angle cbrt ceil conj conjugate copy cos cosh deg2rad erf erfc exp exp2 expm1 fabs floor i0 imag
        isfinite isinf isnan isneginf isposinf isreal logical_not nan_to_num negative rad2deg real relu relu6 elu
        selu celu sigmoid sign signbit silu sin sinc sinh softplus softsign sparse_plus sparse_sigmoid sparsemax
        square squareplus swish tan tanh tanh_shrink trunc arcsinh arctan hard_shrink hard_sigmoid hard_silu
        hard_swish hard_tanh leaky_relu log_sigmoid log_softmax softmax gelu glu round stop_gradient soft_shrink
        ravel size ndim shape dtype is_tensor convert_to_tensor convert_to_numpy array transpose flip fliplr flipud
        diff sort argsort cumsum cumprod nancumsum nancumprod zeros_like ones_like empty_like rms_normalization
        layer_normalization normalize rfft diag diagflat argmax argmin nonzero unique tril triu trace diagonal rot90
        trapezoid median logsumexp corrcoef
    """,
    "(x)": "arccos arcsin arctanh erfinv log log10 log1p log2 reciprocal rsqrt sqrt logdet",
    "(x + 1.5)": "arccosh",
    "(h, g)": """
        add subtract multiply divide true_divide floor_divide mod fmod maximum minimum fmax fmin power arctan2 hypot
        divide_no_nan equal not_equal greater greater_equal less less_equal isclose allclose logaddexp logaddexp2
        heaviside nextafter copysign cross inner outer vdot tensordot append kron cdist dot
    """,
    "(h > 0, g > 0)": "logical_and logical_or logical_xor",
    "(h, 0.5)": "add subtract multiply divide floor_divide mod maximum minimum power greater less equal heaviside",
    "(0.5, h)": "add subtract multiply divide floor_divide mod maximum minimum power arctan2 greater less equal",
    "(x1=h, x2=g)": "add subtract multiply divide maximum minimum power greater less arctan2 logaddexp",
    "(h, x2=2.0)": "add multiply maximum divide",
    "(h, np.ones((8, 4), 'float32'))": "add multiply maximum subtract power outer",
    "(i, 3)": """
        bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift left_shift right_shift gcd lcm mod
        floor_divide add multiply
    """,
    "(i, i)": "bitwise_and bitwise_or bitwise_xor gcd lcm add maximum",
    "(i)": "bitwise_not bitwise_invert bincount square abs cumsum sort argmax unique nonzero",
    "(m)": "det inv pinv qr svd lu_factor slogdet matrix_rank norm trace diagonal transpose tril triu",
    "(s)": "cholesky cholesky_inverse eigh inv det logdet svd",
    "(h, axis=1)": """
        all any amax amin argmax argmin average count_nonzero cumprod cumsum max min mean median nanargmax nanargmin
        nancumprod nancumsum nanmax nanmean nanmedian nanmin nanprod nanstd nansum nanvar prod ptp std sum var
        softmax log_softmax logsumexp norm normalize sort argsort flip diff expand_dims glu sparsemax unstack
        trapezoid rms_normalization layer_normalization
    """,
    "(h, axis=-1)": """
        max min mean sum prod std var argmax argmin softmax log_softmax logsumexp cumsum sort argsort flip norm
        normalize expand_dims unstack median sparsemax glu
    """,
    "(h, -1)": "max min mean sum prod std var argmax logsumexp expand_dims softmax norm",
    "(h, axis=None)": "max min mean sum argmax cumsum logsumexp norm flip squeeze count_nonzero any",
    "(h, axis=[1, 2])": "max min mean sum std var prod all any logsumexp median norm expand_dims softmax flip",
    "(h, axis=(1, 2))": """
        amax amin max min mean sum std var prod all any logsumexp median count_nonzero nanmean nansum ptp nanmax
        nanmin nanstd nanvar nanprod norm expand_dims softmax flip average moveaxis
    """,
    "(h, axis=1, keepdims=True)": """
        all any amax amin argmax argmin max min mean median nanargmax nanmax nanmean nanmedian nanmin nanprod nanstd
        nansum nanvar prod ptp std sum var logsumexp norm
    """,
    "(h, (1,), True)": "max min mean sum std var prod all any logsumexp",
    "(h, 1, keepdims=True)": "max mean sum argmax",
}
"""Arguments -> the functions that are called with them."""
FUNCTIONS = items("""
    adaptive_average_pool(p, 2); adaptive_average_pool(p, (2, 4)); adaptive_average_pool(inputs=p, output_size=[2, 2])
    adaptive_max_pool(x, 2); adaptive_max_pool(p, (2, 4)); append(h, g, axis=1); append(h, g, 2); all(h > 0); any(h > 0)
    all(h > 0, axis=1); any(h > 0, axis=[1, 2]); h + arange(4); arange(0, 8, 1)[None, :, None] + h
    h * arange(4, dtype='float32'); argpartition(h, 2); argpartition(h, kth=1, axis=1); array(h, dtype='float16')
    array_split(h, 3, axis=1); array_split(h, [2, 5], axis=1); associative_scan(lambda u, r: u + r, h, axis=1)
    average(h, axis=1, weights=np.arange(8.0)); average(h, 1, x[:, :, 0]); average_pool(p, 2)
    average_pool(p, (2, 2), strides=1, padding='same'); average_pool(x, 2, 1); h * bartlett(4)
    batch_normalization(h, np.zeros(4), np.ones(4), -1)
    batch_normalization(h, ops.zeros(4), ops.ones(4), axis=-1, offset=ops.ones(4), scale=ops.ones(4))
    binary_crossentropy(x, x); binary_crossentropy(x, L.Dense(3)(h), from_logits=True); bincount(i, minlength=7)
    bincount(i, weights=ops.ones_like(i)); h + blackman(4); broadcast_to(h[:, :1], (2, 8, 4))
    broadcast_to(np.ones(4), (8, 4)) + h; cast(h, 'float16'); cast(h, 'int32'); cast(h, 'float64')
    cast(h, dtype='bfloat16'); cast(i, 'float32'); cast(h > 0, 'float32')
    categorical_crossentropy(x, L.Softmax()(L.Dense(3)(h)))
    categorical_crossentropy(x, L.Dense(3)(h), from_logits=True, axis=-1); cdist(h, h[:, :3]); celu(h, alpha=0.5)
    cholesky(s, upper=True); clip(h, -0.5, 0.5); clip(h, x_min=0, x_max=1); clip(h, -1, np.float32(0.3))
    clip(h, 0, ops.ones(4)); clip(h, g - 1, g); concatenate([h, g], axis=1); concatenate([h, g], -1)
    concatenate((h, g), axis=2); concatenate([h, np.ones((1, 8, 4))[[0] * 64]], 1); concatenate([h, x, g], axis=-1)
    concatenate([h, g], axis=-1); cond(ops.mean(h) > 0, lambda: h, lambda: g); conv(p, np.ones((2, 2, 3, 4), 'float32'))
    conv(p, ops.ones((2, 2, 3, 4)), strides=2, padding='same'); conv(x, np.ones((3, 3, 2), 'float32'), dilation_rate=2)
    conv_transpose(p, np.ones((2, 2, 4, 3), 'float32'), 2); convert_to_tensor(h, dtype='float16')
    convert_to_tensor([1.0, 2.0, 3.0, 4.0]) * h; correlate(h[0, :, 0], h[1, :, 0])
    correlate(ops.mean(h, (0, 2)), ops.ones(3), mode='same'); count_nonzero(h > 0, axis=(1, 2)); cross(x, L.Dense(3)(h))
    cross(x, x[:, ::-1], axis=-1); ctc_decode(h, [8] * 64); ctc_loss(i[:, :2], ops.ones((64, 6, 7)), [2] * 64, [6] * 64)
    cumsum(h, axis=1, dtype='float64'); cumprod(h, 2); custom_gradient(lambda u: (u, lambda *r: r))(h)
    depth_to_space(L.Conv2D(4, 1)(p), 2); depthwise_conv(p, np.ones((2, 2, 3, 1), 'float32'))
    depthwise_conv(p, ops.ones((3, 3, 3, 2)), 1, 'same'); diag(ops.mean(h, (0, 1)), k=1); diag(m[0])
    diagonal(m, axis1=1, axis2=2); diagonal(h, offset=1, axis1=1, axis2=2); diff(h, n=2, axis=1); diff(h, 1, 1)
    digitize(h, [0.0, 0.5]); digitize(h, np.array([0.0, 0.5])); digitize(h, bins=(-0.5, 0.5))
    dot(h, np.ones((4, 2), 'float32')); dot(h, 2.0); dot_product_attention(p, p, p)
    dot_product_attention(query=p, key=p, value=p, is_causal=True, scale=0.5); dsplit(h, 2); dsplit(h, [1])
    dstack([h, g]); dstack((h, h)); eigh(m + ops.transpose(m, (0, 2, 1))); einsum('bij,bkj->bik', h, g)
    einsum('...i,ij->...j', h, np.ones((4, 3), 'float32')); einsum('bij->bji', h); einsum('bij,bij->b', h, g)
    einsum('bij,jk->bik', h, ops.ones((4, 3))); elu(h, alpha=0.5); elu(h, 2); h + empty((4,)) * 0; empty_like(h) * 0
    h + eye(8, 4); m @ eye(4); expand_dims(h, 1); expand_dims(h, axis=[1, 2]); expand_dims(h, (1, -1))
    expand_dims(v, -1); extract_sequences(x[:, :, 0], 4, 2)
    extract_sequences(b, sequence_length=16, sequence_stride=16); fft((h, g)); fft((h, ops.zeros_like(h))); fft2((h, g))
    ifft2((h, g)); flip(h, axis=[1, 2]); flip(h, 2); fold(L.Dense(8 * 9)(h)[:, :, :9], (4, 4), 2)
    fori_loop(0, 3, lambda c, u: u * 0.5, h); h + full((4,), 0.5); full_like(h, 2.0); full_like(h, 1, dtype='int32')
    gelu(h, approximate=False); gelu(h, False); h * geomspace(1, 2, num=4); get_item(h, (np.s_[:], 1)); get_item(h, 0)
    get_item(h, (..., 0)); glu(h, axis=2); h + hamming(4); h + hanning(4); hard_shrink(h, threshold=0.2); histogram(h)
    histogram(h, bins=5, range=(0, 1)); hsplit(h, 2); hsplit(h, [3]); hstack([h, g]); hstack((x, h[:, :, :3]))
    h + identity(4)[0]; identity(4) @ m; in_top_k(i[:, 0], h[:, 0], k=2); in_top_k(i[:, 0] % 4, v, 2); irfft(rfft(h))
    irfft((h, g)); irfft(rfft(h), fft_length=6); rfft(h, 4); rfft(b, fft_length=256); isin(i, [1, 2])
    isin(i, np.array([1, 2]), invert=True); istft(stft(b, 16, 8, 16), 16, 8, 16); stft(b, 16, 8, 16)
    stft(b, sequence_length=16, sequence_stride=8, fft_length=32, window='hamming', center=False)
    isclose(h, g, rtol=0.1, atol=0.1); h * kaiser(4, 2.0); kron(m[0], m[1])
    layer_normalization(h, gamma=ops.ones(4), beta=ops.zeros(4)); layer_normalization(h, axis=-1, epsilon=1e-3)
    layer_normalization(h, np.ones(4, 'float32')); ldexp(h, 2); ldexp(h, i[:, :1, None]); leaky_relu(h, 0.1)
    leaky_relu(h, negative_slope=0.3); h + linspace(0, 1, 4); linspace(h[:, 0], h[:, 1], num=3, axis=1)
    linspace(h, g, 3, endpoint=False, axis=-1); linspace(0.0, h[:, -1], 5, axis=1); h * logspace(0, 1, 4)
    logspace(h, g, 3); logsumexp(h, axis=(1, 2), keepdims=True); lstsq(m[0], h[0, :4]); map(lambda u: u * 2, h)
    matmul(h, ops.transpose(g, (0, 2, 1))); matmul(m, m); matmul(h, np.ones((4, 2), 'float32'))
    matmul(h, ops.ones((4, 2))); matmul(x1=m, x2=h[:, :4]); matrix_rank(m, tol=0.1); max(h, initial=0.5)
    max(h, 1, False, 0.2); max_pool(p, 2); max_pool(p, (2, 2), (1, 1), 'same'); max_pool(x, 3, 1, padding='valid')
    meshgrid(v[0], v[1]); meshgrid(ops.mean(h, (0, 1)), ops.mean(g, (0, 1)), indexing='ij'); min(h, axis=1, initial=0.0)
    moments(h, axes=[1]); moments(h, (1, 2), keepdims=True); moments(h, axes=-1); moveaxis(h, 1, 2)
    moveaxis(p, [1, 2], [2, 1]); moveaxis(h, source=-1, destination=1); moveaxis(p, (1, 2), (3, 1)); multi_hot(i, 7)
    multi_hot(i, num_classes=7, dtype='float32'); nan_to_num(ops.log(h), nan=1.0, posinf=2.0, neginf=-3.0)
    nanpercentile(h, 50, axis=1); nanquantile(h, 0.5, axis=1, keepdims=True); ndim(h) + h; norm(h, ord=1, axis=1)
    norm(h, 'fro', axis=(1, 2)); norm(h, ord=np.inf, axis=-1); norm(m, ord='nuc', axis=(1, 2)); norm(h, 2, -1, True)
    normalize(h, axis=-1, order=1); normalize(h, 1, 2, 1e-3); one_hot(i, 7); one_hot(i, num_classes=7, axis=1)
    one_hot(i, 7, dtype='int32'); one_hot(i[:, 0], 7); h + ones((4,)); h + ones(4, dtype='int32')
    ones_like(h, dtype='int32'); outer(v[0], v[1]); pad(h, ((0, 0), (1, 2), (0, 1)))
    pad(h, [[0, 0], [1, 1], [0, 0]], mode='reflect'); pad(h, [(0, 0), (1, 0), (2, 0)], 'constant', 0.5)
    pad(p, ((0, 0), (1, 1), (1, 1), (0, 0)), mode='symmetric'); pad(h, 1)
    pad(x, [[0, 0], [2, 0], [0, 0]], constant_values=1.0); pad(h, np.array([[0, 0], [1, 1], [0, 0]]))
    percentile(h, 50, axis=1); percentile(h, [25, 75], axis=1); percentile(h, 30, axis=(1, 2), method='nearest')
    pinv(m, rcond=0.01); power(h, 2); power(x, 0.5); power(x, h); prod(h, axis=1, dtype='float64')
    psnr(p, p * 0.5, 1.0); qr(m, mode='complete'); qr(m, 'reduced')[0]; quantile(h, 0.5, axis=1)
    quantile(h, q=[0.25, 0.5], axis=-1, method='linear', keepdims=True); quantile(h, np.array([0.1, 0.9]), axis=1)
    real(fft2((h, g))[0]); rearrange(h, 'b t f -> b f t'); rearrange(h, 'b (t s) f -> b t (s f)', s=2)
    rearrange(p, 'b h w c -> b (h w) c'); repeat(h, 2, axis=1); repeat(h, [1, 2, 1, 1], axis=2)
    repeat(h, repeats=3, axis=-1); repeat(v, 2); repeat(h, np.array([2, 1, 1, 1]), axis=2); reshape(h, (-1, 32))
    reshape(h, (-1, 4, 8)); reshape(h, [-1, 2, 4, 4]); reshape(h, newshape=(-1, 32)); reshape(h, (ops.shape(h)[0], 32))
    reshape(v, (-1, 2, 3, 1)); reshape(h, (64, 32)); reshape(h, -1)
    rms_normalization(h, scale=ops.ones(4), axis=-1, epsilon=1e-5); roll(h, 1, axis=1); roll(h, -2, axis=(1,))
    roll(h, shift=(1, 2), axis=(1, 2)); roll(h, [1, 2], [1, 2]); roll(h, 3); rot90(p, axes=(1, 2)); rot90(p, 2, (1, 2))
    rot90(p, k=-1, axes=[1, 2]); round(h, 1); round(h, decimals=2); saturate_cast(h * 300, 'uint8')
    saturate_cast(h, dtype='float16'); scan(lambda c, u: (c + u, c), ops.zeros((8, 4)), h)
    scatter(ops.convert_to_tensor([[0], [2]]), h[0, :2], (5, 4)); scatter_update(h, [[0, 0, 1]], ops.ones(1))
    scatter_update(h, np.array([[0, 1, 1], [0, 2, 2]]), np.array([1.0, 2.0], 'float32'))
    searchsorted(np.array([0.0, 0.3, 0.5]), h[0, 0]); searchsorted(ops.sort(v[0]), v[1], side='right')
    segment_max(h, np.arange(64) // 8, num_segments=8); segment_min(h, np.arange(64) // 8, 8)
    segment_prod(h, np.arange(64) // 8, 8); segment_sum(h, np.arange(64) // 8, 8, True)
    segment_sum(v, ops.zeros(64, 'int32'), num_segments=1); select([h > 0.2, h < -0.2], [h, g], 0.5)
    select((h > 0,), (h,), default=-1)
    separable_conv(p, np.ones((2, 2, 3, 1), 'float32'), np.ones((1, 1, 3, 4), 'float32'))
    separable_conv(p, ops.ones((3, 3, 3, 2)), ops.ones((1, 1, 6, 4)), padding='same'); h * shape(h)[1]
    slice(h, (0, 1, 0), (64, 4, 4)); slice(h, [0, 1, 1], [2, 3, 2])
    slice(h, start_indices=np.array([0, 0, 0]), shape=(1, 8, 4))
    slice_update(h, (0, 2, 0), np.ones((1, 2, 4), 'float32')); slice_update(h, [0, 0, 0], g[:, :2]); soft_shrink(h, 0.2)
    softmax(h, axis=(1, 2)); softmax(h, axis=2); softmax(h * 2.0, -1); solve(m, h[:, :4]); solve(a=s, b=s)
    solve_triangular(cholesky(s), h[:, :4], lower=True); solve_triangular(m, h[:, :4]); sort(h, axis=2)
    space_to_depth(p, 2); space_to_depth(p, block_size=4, data_format='channels_last')
    sparse_categorical_crossentropy(i, L.Dense(7)(e), from_logits=True)
    sparse_categorical_crossentropy(i, L.Softmax()(e), axis=-1); sparsemax(h, axis=1); split(h, 2, axis=1)
    split(h, 2, -1); split(h, [1, 3], axis=2); split(h, [2], 1); split(h, indices_or_sections=(2, 5), axis=1)
    split(h, 4, axis=1)[2]; squareplus(h, 2); squareplus(h, b=0); squeeze(h[:, :1], axis=1); squeeze(h[:, :1], 1)
    squeeze(h[:, :1, :1], axis=(1, 2)); squeeze(h[:, :, None]); squeeze(h[:, :1, :1], [1, 2]); stack([h, g], axis=1)
    stack([h, g]); stack((h, g), -1); stack([h, h * 2, g], axis=2); std(h, axis=[1]); subtract(h, [1.0, 2.0, 3.0, 4.0])
    sum(h, (1,)); sum(h, axis=()); sum(i, axis=1); mean(i, axis=1); mean(h > 0, axis=1); svd(m, full_matrices=False)
    svd(m, compute_uv=False); swapaxes(h, 1, 2); swapaxes(p, axis1=1, axis2=-1)
    switch(1, [lambda u: u, lambda u: u * 2], h); take(h, 1, axis=1); take(h, [0, 2], axis=1)
    take(h, np.array([3, 1]), axis=-1); take(h, indices=(1, 2), axis=2); take(np.arange(14.0).reshape(7, 2), i, axis=0)
    take(ops.ones((7, 3)), i, 0); take(v, 3); take(h, ops.convert_to_tensor([1, 2]), axis=1); take(h, -1, axis=1)
    take_along_axis(h, ops.argsort(h, axis=1), axis=1); take_along_axis(h, ops.argmax(h, axis=-1, keepdims=True), -1)
    take_along_axis(h, np.zeros((64, 1, 4), int), axis=1); tensordot(h, np.ones((4, 3), 'float32'), axes=1)
    tensordot(h, ops.ones((8, 4, 2)), 2); tensordot(h, np.ones((3, 4), 'float32'), axes=[[2], [1]])
    tensordot(h, np.ones((3, 4), 'float32'), axes=([2], [1])); threshold(h, 0.1, 0.0)
    threshold(h, threshold=0.1, default_value=-1.0); tile(h, (1, 2, 1)); tile(h, [1, 1, 3]); tile(v, 2); tile(v, (1, 3))
    tile(h, repeats=[1, 2, 2]); tile(h[:, None], (1, 3, 1, 1)); top_k(h, 2); top_k(h, k=3, sorted=False)[0]
    top_k(h, 1)[1]; trace(m, axis1=1, axis2=2); trace(m, 1, 1, 2); transpose(h, (0, 2, 1)); transpose(h, axes=[0, 2, 1])
    transpose(p, (0, 3, 1, 2)); transpose(h, (1, 0, 2)); transpose(h, np.array([0, 2, 1])); trapezoid(h, dx=0.5, axis=1)
    trapezoid(h, x=np.arange(8.0), axis=1); h * tri(8, 4); m * tri(4, k=-1); tril(m, k=-1); triu(m, 1); tril(h)
    unfold(ops.transpose(p, (0, 3, 1, 2)), 2); unfold(p, kernel_size=(2, 2), stride=2); unique(i[0])
    unique(i, size=7, return_counts=True); unravel_index(i, (3, 3)); unstack(h, axis=2); unstack(h, num=8, axis=1)
    vander(v[0], 3); vander(v[0], N=4, increasing=True); var(h, axis=[1, 2], keepdims=True)
    vectorize(lambda u: u * 2)(h); vectorized_map(lambda u: u * 2, h); view(h, 'int32'); view(h, dtype='float32')
    map(double, h); map(halved, h); vectorized_map(double, h); vectorized_map(halved, h); associative_scan(added, h)
    associative_scan(added, h, axis=1); scan(added, ops.zeros((8, 4)), h); fori_loop(0, 2, added, h)
    view_as_complex(ops.stack([h, g], axis=-1)); view_as_real(view_as_complex(ops.stack([h, g], axis=-1)))
    concatenate(ops.vsplit(h, 2), axis=0); vsplit(h, [16]); vsplit(ops.vstack([h, g]), 2)[0]
    vsplit(ops.vstack((h, g)), 2)[1]; where(h > 0, h, g); where(h > 0, h, 0.0); where(h > 0, 1.0, 0.0)
    where(h > 0, x1=h, x2=-1); where(h > 0); where(i > 2, i, 0); where(np.array([True, False, True, False]), h, g)
    where(ops.isnan(h), ops.zeros_like(h), h); while_loop(lambda u: ops.max(u) > 0.1, lambda u: u * 0.5, h)
    while_loop(lambda c, u: c < 3, lambda c, u: (c + 1, u * 2), (0, h)); h + zeros((4,))
    h + zeros((8, 4), dtype='float16'); zeros_like(h, dtype='int32'); h + zeros_like(h); abs(h - g); abs(x=h)
    mean(x=h, axis=1); relu(h) * 2; relu(x=h); tanh(sigmoid(h)); log(exp(h)); sqrt(square(h)); log(abs(h) + 1e-6)
    jvp(lambda u: u * 2, (h,), (g,)); image.affine_transform(p, np.array([1, 0.1, 0, 0, 1, 0, 0, 0], 'float32'))
    image.affine_transform(p, ops.ones((64, 8)) * 0.1, interpolation='nearest', fill_mode='reflect')
    image.crop_images(p, 1, 1, 1, 1)
    image.crop_images(p, top_cropping=2, left_cropping=2, target_height=4, target_width=4)
    image.elastic_transform(p, seed=1); image.elastic_transform(p, alpha=0.0, sigma=1.0, seed=2)
    image.extract_patches(p, 2); image.extract_patches(p, size=(2, 2), strides=(1, 1), padding='same')
    image.extract_patches(p, (3, 3), dilation_rate=2); image.extract_patches_3d(n, 2)
    image.extract_patches_3d(n, (2, 2, 2), strides=1); image.gaussian_blur(p)
    image.gaussian_blur(p, kernel_size=[3, 3], sigma=[0.5, 0.5]); image.hsv_to_rgb(p)
    image.hsv_to_rgb(image.rgb_to_hsv(p)); image.rgb_to_hsv(p)
    image.map_coordinates(p, np.zeros((4, 5), 'float32'), order=1)
    image.map_coordinates(v, ops.stack([v * 0, v * 0]), order=0, fill_mode='nearest'); image.pad_images(p, 1, 1, 1, 1)
    image.pad_images(p, top_padding=2, left_padding=1, target_height=12, target_width=10)
    image.perspective_transform(p, np.eye(4, 2)[None].repeat(64, 0) * 7.0, np.eye(4, 2)[None].repeat(64, 0) * 6.0)
    image.resize(p, (4, 4)); image.resize(p, [6, 6], 'nearest')
    image.resize(p, size=(4, 6), interpolation='bicubic', antialias=True)
    image.resize(p, (4, 6), crop_to_aspect_ratio=True)
    image.resize(p, (6, 4), pad_to_aspect_ratio=True, fill_value=0.5); image.resize(p, (4, 4), 'lanczos3')
    image.rgb_to_grayscale(p); image.rgb_to_grayscale(images=p)
    image.scale_and_translate(p, (64, 6, 6, 3), np.ones(2, 'float32'), np.zeros(2, 'float32'), (1, 2), 'linear')
    image.scale_and_translate(p, (64, 4, 4, 3), ops.ones(2) * 0.5, ops.zeros(2), (1, 2), 'cubic', antialias=False)
    image.sobel_edges(p); image.ssim(p, p * 0.9, filter_size=3); image.ssim(p, p, max_val=2.0, filter_size=5, k1=0.02)
    linalg.norm(h, axis=1); linalg.inv(m); linalg.det(m); linalg.qr(m); linalg.svd(m); linalg.cholesky(s)
    linalg.solve(m, m); linalg.lstsq(m[0], m[1]); linalg.eigh(s); linalg.pinv(m); linalg.lu_factor(m)
    linalg.solve_triangular(m, m); real(eig(m)[0]); real(linalg.eig(m)[0]); real(polar(h, g))
    imag(polar(abs(h), angle=g)); linalg.matrix_rank(m); linalg.cholesky_inverse(s); nn.relu(h)
    nn.softmax(h, axis=1); nn.one_hot(i, 7); nn.silu(h); nn.moments(h, 1); numpy.mean(h, axis=1); numpy.sum(h, 1)
    numpy.concatenate([h, g], 1); numpy.expand_dims(h, 1); numpy.clip(h, 0, 1); numpy.squeeze(h[:, :1], 1)
""")
"""Calls of functions of ``keras.ops``, with their arguments in other ways."""


# --- Activations -----------------------------------------------------------------------------------------------------

NO_ACTIVATIONS = ("get", "serialize", "deserialize")
PLACES = {
    "inside": "L.Dense(3, activation={})(h)",
    "last": "",
    "Activation": "L.Activation({})(h)",
    "Conv2D": "L.Conv2D(2, 3, activation={})(p)",
    "LSTM": "L.LSTM(3, activation={})(x)",
    "recurrent": "L.LSTM(3, recurrent_activation={})(x)",
    "GRU": "L.GRU(3, activation={0}, recurrent_activation={0})(x)",
    "cell": "L.RNN(L.SimpleRNNCell(3, activation={}))(x)",
    "wrapped": "L.Bidirectional(L.LSTM(3, activation={}))(x)",
    "distributed": "L.TimeDistributed(L.Dense(3, activation={}))(x)",
    "separable": "L.SeparableConv2D(2, 3, activation={})(p)",
    "einsum": "L.EinsumDense('abc,cd->abd', (None, 3), activation={})(h)",
    "ConvLSTM": "L.ConvLSTM1D(2, 3, activation={})(f1)",
}
"""Where activations are given."""
OF_TENSORFLOW = """
    nn.relu nn.softmax nn.sigmoid nn.tanh nn.swish nn.silu nn.gelu nn.elu nn.selu nn.leaky_relu nn.relu6 nn.crelu
    nn.softplus nn.softsign nn.log_softmax math.sigmoid math.tanh math.exp math.abs math.sin math.softplus math.square
    math.log_sigmoid math.cos math.sqrt math.negative math.erf math.sign math.reciprocal math.log1p math.expm1 math.atan
    math.sinh math.cosh math.asinh math.floor math.round identity exp abs sin cos
    sigmoid tanh square sqrt sign round math.softsign keras.activations.relu keras.activations.softmax
    keras.activations.gelu keras.activations.swish stop_gradient
""".split()
"""None that mixes the samples of a batch, as ``tf.math.l2_normalize`` and ``tf.cumsum`` do without an axis: what such a
model answers to a sample depends on the others."""
IN_ALL_PLACES = ("tf.nn.softmax", "tf.nn.relu", "tf.nn.swish", "tf.nn.gelu", "tf.math.tanh", "tf.exp", "ops.silu")
OF_OPS = """
    relu softmax sigmoid tanh silu swish gelu elu selu leaky_relu relu6 softplus softsign log_softmax log_sigmoid exp
    abs sin cos square sign hard_sigmoid hard_silu hard_swish hard_tanh celu sparsemax squareplus tanh_shrink
    soft_shrink hard_shrink glu erf identity sqrt negative cast round floor normalize sparse_plus logsumexp
""".split()
AS_LAYERS = items("""
    L.ReLU(); L.ReLU(6.0); L.ReLU(negative_slope=0.1); L.LeakyReLU(); L.LeakyReLU(0.1); L.PReLU(); L.ELU(); L.ELU(0.5)
    L.Softmax(); L.Softmax(axis=1); L.Activation('tanh'); L.Activation(activations.gelu); L.Activation(tf.nn.silu)
    L.Identity(); L.Rescaling(2.0); L.UnitNormalization(); L.Dropout(0.1); L.BatchNormalization()
    L.LayerNormalization(); L.Dense(3); keras.Sequential([L.ReLU(), L.Rescaling(2.0)]); L.ReLU; L.LeakyReLU
""")
SERIALIZED = items("""
    {'class_name': 'LeakyReLU', 'config': {'negative_slope': 0.1}}; activations.serialize(activations.gelu)
    {'module': 'builtins', 'class_name': 'function', 'config': 'relu', 'registered_name': 'function'}
""")


# --- Types -----------------------------------------------------------------------------------------------------------

POLICIES = ("float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16")
TYPED = items("""
    L.Dense(4)(x); L.Conv2D(3, 3)(p); L.LSTM(3)(x); L.Embedding(7, 4)(i); L.BatchNormalization()(h); h * 2.0; h[:, -1]
    L.MultiHeadAttention(2, 4)(h, h); ops.mean(h, axis=1); L.Bidirectional(L.GRU(3))(x); L.LayerNormalization()(h)
    L.LSTM(3)(z); ops.softmax(h); L.Normalization(mean=0.5, variance=2.0)(x); L.Rescaling(1 / 255)(p); h + g
    h + x[..., :1]; L.Conv1DTranspose(3, 3)(x); L.TimeDistributed(L.Dense(2))(x); ops.cast(h, 'float32') * 2
    L.Dot(axes=2)([h, g]); L.SeparableConv2D(3, 3)(p); L.Resizing(4, 4)(p); L.PReLU()(h); L.RNN(L.LSTMCell(3))(x)
    L.Dense(2, activation=tf.nn.silu)(h)
""")
QUANTIZED = items("""
    L.Dense(4)(x); L.EinsumDense('abc,cd->abd', (None, 5))(x); L.Embedding(7, 4)(i); L.ReversibleEmbedding(7, 4)(i)
""")


# --- Compilation -----------------------------------------------------------------------------------------------------

COMPILED = items("""
    optimizer='adam', loss='mse'; optimizer='sgd', loss='mae', metrics=['mae']; optimizer='rmsprop', loss='huber'
    optimizer='adam', loss='mse', metrics=[keras.metrics.MeanSquaredError(), 'mae']; optimizer='adam', loss=my_loss
    optimizer='adam', loss=keras.losses.Huber(0.5), metrics=[my_loss]; optimizer='adam', loss=keras.losses.mse
    optimizer=keras.optimizers.Adam(1e-3, weight_decay=0.01), loss='mse'; optimizer='adam', loss='mse', jit_compile=True
    optimizer='adam', loss='mse', jit_compile=False; optimizer='adam', loss='mse', run_eagerly=True
    optimizer='adam', loss='mse', steps_per_execution=2; optimizer='adam', loss=['mse'], loss_weights=[0.5]
    optimizer='adam', loss='mse', weighted_metrics=['mae']
    optimizer=keras.optimizers.SGD(0.1, nesterov=True, momentum=0.9), loss='mse'
    optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 10)), loss='mse'
    optimizer=keras.optimizers.Adam(keras.optimizers.schedules.PiecewiseConstantDecay([1], [0.1, 0.01])), loss='mse'
    optimizer=keras.optimizers.SGD(keras.optimizers.schedules.PolynomialDecay(0.1, 10)), loss='mse'
    optimizer=keras.optimizers.RMSprop(keras.optimizers.schedules.InverseTimeDecay(0.1, 10, 0.5)), loss='mse'
    optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecayRestarts(0.1, 10)), loss='mse'
    optimizer=keras.optimizers.Adam(MySchedule()), loss='mse'; optimizer=MyOptimizer(), loss='mse'
    optimizer='adam', loss=MyLoss(); optimizer='adam', loss='mse', metrics=[MyMetric()]
    optimizer='adam', loss=lambda y, p: ops.mean(ops.abs(y - p))
    optimizer=keras.optimizers.Adam(clipvalue=0.5), loss='mse'
    optimizer=keras.optimizers.Adam(use_ema=True), loss='mse'
    optimizer=keras.optimizers.Adam(gradient_accumulation_steps=2), loss='mse'
    optimizer=keras.optimizers.Lion(), loss='log_cosh'
    optimizer=keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()), loss='mse'
    optimizer='adam', loss=tf.keras.losses.MeanSquaredError(); optimizer='adam', loss='mse', metrics={'out': ['mae']}
    optimizer='adam', loss={'out': 'mse'}; optimizer='adam', loss='mse', auto_scale_loss=False
    optimizer='adam', loss='binary_crossentropy', metrics=['accuracy']
    optimizer='adam', loss='categorical_crossentropy', metrics=['accuracy']
    optimizer='adam', loss=keras.losses.BinaryCrossentropy(from_logits=True), metrics=['AUC', 'Precision', 'Recall']
    optimizer='adam', loss='mse', metrics=[tf.keras.metrics.RootMeanSquaredError(name='rmse'), keras.metrics.R2Score()]
""")


# --- Names -----------------------------------------------------------------------------------------------------------

LAYER_NAMES = (
    "layer.1", "layer 1", "a/b", "dot", "relu", "add", "Add", "Dense", "Lambda", "get_item", "function", "softmax",
    "input", "Layer-1", "Schicht_ä", "层", "model_weights", "top_level_model_weights", "1", "_", "a:0", "a[0]",
    "keras_tensor", "x" * 200, "dense/kernel", "kernel", "weight_names", "optimizer_weights", "ReLU", "GetItem",
    "Functional", "Sequential", "mean", "TrueDivide", "a\\b", "naïve", "bias:0", "None", "true", "a,b", "[-1]",
)
