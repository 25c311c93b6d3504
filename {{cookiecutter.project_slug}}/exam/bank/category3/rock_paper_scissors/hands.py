"""Draws hands in three gestures, as if photographed from above a table.

A hand is a palm, which is a smooth union of capsules, with fingers painted onto it. Every finger is a chain of tapered
capsules. What is painted is not a colour but the direction of the surface, so one light shades the hand at the end.
All lengths are in palm widths: the wrist is at (0, 0), the fingers point to +v, and the thumb is on the side of -u.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from exam.bank.category3.rock_paper_scissors.backgrounds import background, soft_noise
from exam.bank.metrics import Array

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

Joint = tuple[float, float, float]  # u, v, radius
Point = tuple[float, float]
Light = tuple[float, float, float]  # x, y of the picture and height, 1 long: where the light comes from

GESTURES = ("paper", "rock", "scissors")

# Index, middle, ring and little finger: knuckle (u, v), radius there, and length when stretched.
KNUCKLES: tuple[Joint, ...] = ((-0.36, 0.98, 0.128), (-0.115, 1.06, 0.134), (0.13, 1.02, 0.127), (0.355, 0.89, 0.110))
LENGTHS = (0.90, 1.00, 0.93, 0.72)

# From fair to dark, sRGB; a hand takes a tone between two neighbours.
SKIN = np.array(
    [(250, 218, 195), (240, 195, 165), (222, 168, 128), (196, 138, 98), (156, 103, 72), (118, 77, 55), (88, 58, 44)],
    dtype=np.float32,
) / np.float32(255)
SHADOW_TINT = np.array((0.34, 0.22, 0.19), dtype=np.float32)
NAIL_TINT = np.array((1.0, 0.80, 0.76), dtype=np.float32)

# Palm widths per side of the picture, and the middle of the gesture on the axis of the hand.
FRAMING = {"paper": (0.31, 0.42, 0.95), "rock": (0.42, 0.60, 0.55), "scissors": (0.34, 0.46, 0.90)}


@dataclass
class Limb:
    """A chain of tapered capsules that is painted over what is already there.

    Attributes:
        joints: (u, v, radius) of every joint, from root to tip.
        fade: length over which the root grows out of what lies below; 0 for a sharp root.
        lift: darkness of the shadow that it throws on what lies below, 0 to 1.
        soft: width of its rim; 0 for a sharp rim. Soft limbs are mounds of the palm and leave the outline alone.
    """

    joints: list[Joint]
    fade: float = 0.0
    lift: float = 0.0
    soft: float = 0.0


@dataclass
class Pose:
    """A gesture in palm widths: the palm, what lies on it, and the fine lines."""

    palm: list[list[Joint]]
    limbs: list[Limb]
    creases: list[list[Point]] = field(default_factory=list)
    nails: list[tuple[Joint, Joint]] = field(default_factory=list)  # from the last joint to the tip


@dataclass
class Camera:
    """Maps palm widths to pixels: ``x = cx + scale * (side * u * cos + v * sin)`` and so on."""

    width: int
    height: int
    scale: float
    angle: float
    side: int
    cx: float
    cy: float

    def to_pixels(self, u: float, v: float) -> Point:
        """Return where (u, v) is in the picture."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        right, up = self.side * u, v
        return self.cx + self.scale * (right * cos + up * sin), self.cy + self.scale * (right * sin - up * cos)

    def to_hand(self, dx: float, dy: float) -> Point:
        """Return a direction of the picture as a direction (u, v) of the hand, same length."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return self.side * (dx * cos + dy * sin), dx * sin - dy * cos

    def grid(self) -> tuple[Array, Array]:
        """Return u and v of every pixel centre, each (height, width) float32."""
        x = ((np.arange(self.width) + 0.5 - self.cx) / self.scale)[None, :]
        y = ((np.arange(self.height) + 0.5 - self.cy) / self.scale)[:, None]
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        u = (self.side * (x * cos + y * sin)).astype(np.float32)
        v = (x * sin - y * cos).astype(np.float32)
        return u, v

    def window(self, joints: list[Joint], margin: float) -> tuple[slice, slice]:
        """Return the part of the picture (rows, columns) that holds ``joints`` and a margin in palm widths."""
        reach = (max(joint[2] for joint in joints) + margin) * self.scale + 2
        xs, ys = zip(*(self.to_pixels(u, v) for u, v, _ in joints), strict=True)
        left, right = max(int(min(xs) - reach), 0), min(int(max(xs) + reach) + 1, self.width)
        top, bottom = max(int(min(ys) - reach), 0), min(int(max(ys) + reach) + 1, self.height)
        return slice(top, max(top, bottom)), slice(left, max(left, right))


def _finger(stream: np.random.Generator, which: int, lean: float) -> Limb:
    """Return a stretched finger, leaning by ``lean`` radians to the side of the little finger."""
    u, v, radius = KNUCKLES[which]
    length = LENGTHS[which] * stream.uniform(0.94, 1.06)
    bend = stream.uniform(-0.07, 0.07)
    joints = [(u - 0.12 * math.sin(lean), v - 0.12, radius)]
    for step, share, thickness in ((0, 0.12, 1.0), (1, 0.40, 1.0), (2, 0.28, 0.93), (3, 0.20, 0.76)):
        direction = lean + bend * step
        u, v = u + share * length * math.sin(direction), v + share * length * math.cos(direction)
        joints.append((u, v, radius * thickness))
    return Limb(joints, fade=0.30)


def _curled(stream: np.random.Generator, which: int) -> Limb:
    """Return a finger folded onto the palm: its middle part, seen from the front."""
    u, v, radius = KNUCKLES[which]
    top = v - 0.02 + stream.uniform(-0.02, 0.02)
    reach = (0.44, 0.50, 0.47, 0.38)[which] * stream.uniform(0.95, 1.05)
    lean = 0.04 * (1.5 - which) + stream.uniform(-0.03, 0.03)
    wide = radius * 1.10
    middle = (u + lean * 0.4, top - reach * 0.45, wide * 1.03)
    joints = [(u, top, wide * 0.97), middle, (u + lean, top - reach, wide * 0.88)]
    return Limb(joints, lift=0.55)


def _finger_lines(limb: Limb) -> list[list[Point]]:
    """Return the lines across a stretched finger at its two joints."""
    lines = []
    for (u0, v0, _), (u, v, radius) in zip(limb.joints[1:3], limb.joints[2:4], strict=True):
        length = math.hypot(u - u0, v - v0)
        across = ((v - v0) / length * radius * 0.72, -(u - u0) / length * radius * 0.72)
        lines.append([(u - across[0], v - across[1]), (u + across[0], v + across[1])])
    return lines


def _palm(stream: np.random.Generator) -> list[list[Joint]]:
    """Return the bones of the palm and a forearm long enough to leave the picture."""
    bones: list[list[Joint]] = [[(0.35 * u, 0.16, 0.21), (u, v - 0.10, radius + 0.055)] for u, v, radius in KNUCKLES]
    sway = stream.uniform(-0.25, 0.25)
    forearm: list[Joint] = [(0.0, 0.20, 0.27), (sway * 0.15, -0.30, 0.255), (sway * 4, -4.0, 0.46)]
    return [*bones, forearm]


def _paper(stream: np.random.Generator) -> Pose:
    """Return an open hand with five spread fingers, seen from the palm or from the back."""
    spread = stream.uniform(0.75, 1.2)
    leans = [spread * lean + stream.uniform(-0.04, 0.04) for lean in (-0.24, -0.05, 0.14, 0.36)]
    fingers = [_finger(stream, which, lean) for which, lean in enumerate(leans)]
    out = stream.uniform(-0.08, 0.10)
    thumb: list[Joint] = [
        (-0.20, 0.24, 0.20),
        (-0.50, 0.50, 0.165),
        (-0.76 - out, 0.80 - out, 0.140),
        (-0.93 - 1.6 * out, 1.08 - out, 0.100),
    ]
    limbs = [Limb(thumb, fade=0.45), *fingers]
    palm = _palm(stream)
    if stream.random() < 0.4:
        lines = [line for limb in fingers for line in _finger_lines(limb)[:1]]
        nails = [(limb.joints[-2], limb.joints[-1]) for limb in limbs]
        return Pose(palm, limbs, lines, nails)
    mounds = [
        Limb([(-0.20, 0.28, 0.20), (-0.33, 0.52, 0.22)], soft=0.20),
        Limb([(0.24, 0.25, 0.19), (0.28, 0.55, 0.16)], soft=0.20),
    ]
    lines = [line for limb in fingers for line in _finger_lines(limb)] + _palm_lines()
    return Pose(palm, mounds + limbs, lines)


def _palm_lines() -> list[list[Point]]:
    """Return the three long lines of an open palm."""
    return [
        [(0.44, 0.72), (0.25, 0.74), (0.05, 0.80), (-0.12, 0.92)],
        [(-0.48, 0.78), (-0.25, 0.70), (0.05, 0.58), (0.32, 0.44)],
        [(-0.47, 0.75), (-0.22, 0.64), (-0.06, 0.46), (-0.03, 0.20)],
    ]


def _rock(stream: np.random.Generator) -> Pose:
    """Return a fist: four folded fingers in a row, the thumb across them."""
    fingers = [_curled(stream, which) for which in (3, 2, 1, 0)]
    shift = stream.uniform(-0.05, 0.05)
    thumb: list[Joint] = [
        (-0.30, 0.24, 0.19),
        (-0.50, 0.44, 0.160),
        (-0.30 + shift, 0.60 + shift, 0.145),
        (0.00 + shift, 0.63 + shift, 0.112),
    ]
    limbs = [*fingers, Limb(thumb, fade=0.25, lift=0.7)]
    return Pose(_palm(stream), limbs, _fist_lines(), [(thumb[-2], thumb[-1])])


def _fist_lines() -> list[list[Point]]:
    """Return the fold below the little finger and the one at the wrist."""
    return [[(0.46, 0.44), (0.30, 0.40), (0.12, 0.36)], [(-0.18, 0.04), (0.0, 0.01), (0.18, 0.04)]]


def _scissors(stream: np.random.Generator) -> Pose:
    """Return a V of index and middle finger, the others folded under the thumb."""
    opening = stream.uniform(0.85, 1.25)
    index = _finger(stream, 0, -0.24 * opening)
    middle = _finger(stream, 1, 0.17 * opening)
    shift = stream.uniform(-0.04, 0.04)
    thumb: list[Joint] = [
        (-0.30, 0.24, 0.19),
        (-0.38, 0.46, 0.155),
        (-0.14 + shift, 0.62 + shift, 0.140),
        (0.13 + shift, 0.66 + shift, 0.108),
    ]
    limbs = [index, middle, _curled(stream, 3), _curled(stream, 2), Limb(thumb, fade=0.25, lift=0.7)]
    lines = _fist_lines() + _finger_lines(index) + _finger_lines(middle)
    return Pose(_palm(stream), limbs, lines, [(thumb[-2], thumb[-1])])


POSES = {"paper": _paper, "rock": _rock, "scissors": _scissors}


def _capsule(u: Array, v: Array, start: Joint, end: Joint) -> tuple[Array, Array, Array]:
    """Return the distance to the rim (negative inside) and the outward direction, 1 long at the rim."""
    bu, bv = end[0] - start[0], end[1] - start[1]
    pu, pv = u - start[0], v - start[1]
    t = np.clip((pu * bu + pv * bv) / (bu * bu + bv * bv), 0, 1)
    pu -= t * bu
    pv -= t * bv
    radius = start[2] + t * (end[2] - start[2])
    distance = np.sqrt(pu * pu + pv * pv)
    return distance - radius, pu / radius, pv / radius


def _chain(u: Array, v: Array, joints: list[Joint]) -> tuple[Array, Array, Array]:
    """Return the same as ``_capsule`` for a chain: of the nearest capsule at every pixel."""
    rim, nu, nv = _capsule(u, v, joints[0], joints[1])
    for start, end in zip(joints[1:-1], joints[2:], strict=True):
        other, ou, ov = _capsule(u, v, start, end)
        nearer = other < rim
        np.copyto(rim, other, where=nearer)
        np.copyto(nu, ou, where=nearer)
        np.copyto(nv, ov, where=nearer)
    return rim, nu, nv


class Relief:
    """The surface of a hand in the picture: outline, direction of the surface and shade from contact.

    Every array is (height, width) float32: ``rim`` is the distance to the outline, ``nu`` and ``nv`` the direction
    of the surface in the hand's axes, ``shade`` what contact shadows leave of the light.
    """

    def __init__(self, camera: Camera, pose: Pose) -> None:
        """Build the palm, then paint the limbs in their order."""
        self.camera = camera
        self.u, self.v = camera.grid()
        self.shade = np.ones_like(self.u)
        self._build_palm(pose.palm)
        for limb in pose.limbs:
            self._paint(limb)

    def _build_palm(self, bones: list[list[Joint]]) -> None:
        """Join the bones smoothly; the surface is flat inside and round at the rim."""
        self.rim = np.full_like(self.u, 9.0)
        blend = 0.10
        for bone in bones:
            window = self.camera.window(bone, blend)
            new, _, _ = _chain(self.u[window], self.v[window], bone)
            old = self.rim[window]
            # Polynomial smooth minimum (Quilez, "Smooth minimum").
            mix = np.maximum(blend - np.abs(new - old), 0)
            self.rim[window] = np.minimum(new, old) - mix * mix / (4 * blend)
        depth = np.clip(1 + self.rim / 0.27, 0, 1)
        dy, dx = np.zeros_like(depth), np.zeros_like(depth)
        dy[1:-1] = self.rim[2:] - self.rim[:-2]
        dx[:, 1:-1] = self.rim[:, 2:] - self.rim[:, :-2]
        strength = depth * depth * np.float32(0.5 * self.camera.scale)
        dx, dy = np.clip(dx * strength, -1, 1), np.clip(dy * strength, -1, 1)
        cos, sin = math.cos(self.camera.angle), math.sin(self.camera.angle)
        self.nu = (self.camera.side * (dx * cos + dy * sin)).astype(np.float32)
        self.nv = (dx * sin - dy * cos).astype(np.float32)

    def _paint(self, limb: Limb) -> None:
        """Lay one limb over the surface."""
        shadow = 0.10
        window = self.camera.window(limb.joints, shadow if limb.lift else 0.02)
        u, v = self.u[window], self.v[window]
        rim, nu, nv = _chain(u, v, limb.joints)
        if limb.soft:
            cover = np.clip(-rim / limb.soft, 0, 1) * 0.6
        else:
            cover = np.clip(0.5 - rim * self.camera.scale, 0, 1)
            np.minimum(self.rim[window], rim, out=self.rim[window])
        if limb.fade:
            (u0, v0, radius), (u1, v1, _) = limb.joints[:2]
            length = math.hypot(u1 - u0, v1 - v0)
            along = ((u - u0) * (u1 - u0) + (v - v0) * (v1 - v0)) / length
            cover *= np.clip((along + 0.3 * radius) / limb.fade, 0, 1)
        if limb.lift:
            near = np.clip(1 - np.abs(rim) / shadow, 0, 1)
            self.shade[window] *= 1 - limb.lift * near * near * (1 - cover)
            self.shade[window] += cover * (1 - 0.25 * near * near - self.shade[window])
        self.nu[window] += cover * (nu - self.nu[window])
        self.nv[window] += cover * (nv - self.nv[window])

    def lit(self, light: Light, ambient: float) -> Array:
        """Return the brightness under ``light`` and diffuse ``ambient`` light, about 0 to 1."""
        lu, lv = self.camera.to_hand(light[0], light[1])
        nz = np.sqrt(np.maximum(1 - self.nu * self.nu - self.nv * self.nv, 0.02))
        facing = np.maximum(self.nu * np.float32(lu) + self.nv * np.float32(lv) + nz * np.float32(light[2]), 0)
        brightness: Array = (ambient * (0.55 + 0.45 * nz) + (1 - ambient) * facing) * self.shade
        return brightness


def _fine_lines(camera: Camera, pose: Pose) -> tuple[Array, Array]:
    """Return masks of the creases and of the nails, (height, width) float32, 0 to 1."""
    from PIL import Image, ImageDraw, ImageFilter

    masks = []
    for outlines, lines in (((), pose.creases), ([_nail(*nail) for nail in pose.nails], ())):
        mask = Image.new("L", (camera.width, camera.height))
        draw = ImageDraw.Draw(mask)
        for line in lines:
            points = [camera.to_pixels(u, v) for u, v in line]
            draw.line(points, fill=255, width=max(1, round(camera.scale * 0.025)), joint="curve")
        for outline in outlines:
            draw.polygon([camera.to_pixels(u, v) for u, v in outline], fill=255)
        masks.append(np.asarray(mask.filter(ImageFilter.BoxBlur(0.8)), np.float32) / np.float32(255))
    return masks[0], masks[1]


def _nail(last: Joint, tip: Joint) -> list[Point]:
    """Return the outline of the nail of a finger that ends at ``tip``: a rounded rectangle."""
    du, dv = tip[0] - last[0], tip[1] - last[1]
    length = math.hypot(du, dv)
    du, dv = du / length, dv / length
    radius = tip[2]
    outline = []
    for step in range(16):
        cos, sin = math.cos(step * math.pi / 8), math.sin(step * math.pi / 8)
        along = radius * (0.20 + 0.62 * math.copysign(abs(cos) ** 0.7, cos))
        across = radius * 0.60 * math.copysign(abs(sin) ** 0.7, sin)
        outline.append((tip[0] + along * du - across * dv, tip[1] + along * dv + across * du))
    return outline


def _camera(stream: np.random.Generator, gesture: str) -> Camera:
    """Return a camera for a picture of any size and shape: any rotation, left or right hand."""
    width, height = (int(side) for side in stream.integers(128, 209, 2))
    least, most, middle = FRAMING[gesture]
    scale = min(width, height) * stream.uniform(least, most)
    camera = Camera(width, height, scale, stream.uniform(-math.pi, math.pi), int(stream.choice((-1, 1))), 0.0, 0.0)
    x, y = camera.to_pixels(0.0, middle)
    jitter = stream.uniform(-0.07, 0.07, 2)
    camera.cx, camera.cy = width * (0.5 + jitter[0]) - x, height * (0.5 + jitter[1]) - y
    return camera


def _skin(stream: np.random.Generator) -> Array:
    """Return a skin tone, (3,) float32."""
    place = stream.uniform(0, len(SKIN) - 1.001)
    tone = SKIN[int(place)] + (place - int(place)) * (SKIN[int(place) + 1] - SKIN[int(place)])
    tinted: Array = np.clip(tone * stream.uniform(0.95, 1.05, 3), 0, 1).astype(np.float32)
    return tinted


def _colour(stream: np.random.Generator, relief: Relief, pose: Pose, skin: Array, light: Light) -> Array:
    """Return the picture of the hand alone, (3, height, width) float32."""
    camera = relief.camera
    creases, nails = _fine_lines(camera, pose)
    mottle = soft_noise(stream, camera.height, camera.width, 14)
    lit = relief.lit(light, stream.uniform(0.25, 0.5)) * (0.95 + 0.10 * mottle) * (1 - 0.26 * creases)
    # Light that travels through skin comes out red: shadows keep more red than green and blue.
    shadow, bright = skin * SHADOW_TINT, np.minimum(skin * np.float32(1.12) + np.float32(0.02), 1)
    nail = np.minimum((0.45 * skin + 0.55) * NAIL_TINT * (0.55 + 0.45 * skin.mean()), 1)
    planes = []
    for dark, full, varnish in zip(shadow, bright, nail, strict=True):
        plane = dark + lit * (full - dark)
        planes.append(plane + nails * (0.7 * (varnish * (0.25 + 0.75 * lit) - plane)))
    return np.stack(planes)


def _cast_shadow(relief: Relief, light: Light, cover: Array) -> Array:
    """Return how dark the hand's shadow makes the table, (height, width) float32, 0 to 1."""
    from PIL import Image, ImageFilter

    camera = relief.camera
    shift = camera.scale * 0.16
    # At a quarter of the size: nothing of a soft shadow is lost.
    mask = Image.fromarray((cover * 255).astype(np.uint8)).reduce(4)
    shape = (1, 0, light[0] * shift / 4, 0, 1, light[1] * shift / 4)
    moved = mask.transform(mask.size, Image.Transform.AFFINE, shape, Image.Resampling.BILINEAR)
    soft = moved.filter(ImageFilter.GaussianBlur(camera.scale * 0.07 / 4))
    smooth = soft.resize((camera.width, camera.height), Image.Resampling.BICUBIC)
    return np.asarray(smooth, np.float32) / np.float32(255)


def _develop(stream: np.random.Generator, picture: Array) -> Picture:
    """Return the photograph of a scene (3, height, width): exposure, blur of the lens, noise of the sensor."""
    from PIL import Image, ImageFilter

    height, width = picture.shape[1:]
    falloff = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * stream.uniform(-0.12, 0.12)
    falloff = 1 + falloff + np.linspace(-1, 1, height, dtype=np.float32)[:, None] * stream.uniform(-0.12, 0.12)
    white = stream.uniform(0.82, 1.05) * stream.uniform(0.96, 1.04, 3)
    grain = stream.standard_normal((height, width), dtype=np.float32) * stream.uniform(1.5, 5.0)
    planes = []
    for plane, gain in zip(picture, white, strict=True):
        levels = np.clip(plane * falloff * float(255 * gain) + grain, 0, 255)
        planes.append(Image.fromarray(levels.astype(np.uint8)))
    return Image.merge("RGB", planes).filter(ImageFilter.BoxBlur(stream.uniform(0.25, 0.8)))


def photograph(stream: np.random.Generator, gesture: str) -> Picture:
    """Return a picture of a hand, RGB, 128 to 208 pixels wide and high.

    Raises:
        KeyError: ``gesture`` is not one of ``GESTURES``.
    """
    pose, camera, skin = POSES[gesture](stream), _camera(stream, gesture), _skin(stream)
    azimuth, lift = stream.uniform(-math.pi, math.pi), stream.uniform(0.55, 0.8)
    flat = math.sqrt(1 - lift * lift)
    light = (flat * math.cos(azimuth), flat * math.sin(azimuth), lift)
    relief = Relief(camera, pose)
    cover = np.clip(0.5 - relief.rim * camera.scale, 0, 1)
    table = background(stream, camera.height, camera.width, skin)
    table *= 1 - stream.uniform(0.3, 0.6) * _cast_shadow(relief, light, cover)
    hand = _colour(stream, relief, pose, skin, light)
    return _develop(stream, table + cover * (hand - table))
