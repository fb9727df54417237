"""The renderer beside software OpenGL: moderngl on llvmpipe, and panda3d's own software rasteriser.

Both draw what we draw of the scene with 30 vehicles: the same still street as a picture behind, and the same
meshes, in their colours, lit by the sun in the vertex; the picture is then read back. They draw no shadows,
plates, noise and label, and nothing is sent anew from frame to frame: they have less to do than we have.
Needs the extra `peers`, and for moderngl an EGL driver of Mesa (Debian: libegl1, libgl1-mesa-dri).
"""

import os
from importlib.util import find_spec
from time import process_time
from typing import Any

import cv2
import numpy as np

from detectors.datatypes.camera import PinholeCamera
from twin.rendering.fleet import in_place
from twin.rendering.looks import looks
from twin.rendering.meshes import Paint
from twin.truth import VehicleStates

FRAMES, ROUNDS = 40, 4
NEAR_M, FAR_M = 0.5, 600.0
SUN = np.array([0.4, 0.3, 0.87])
VERTEX = """
#version 330
uniform mat4 view; in vec3 place; in vec3 colour; in vec3 normal; out vec3 shade;
void main() {
    gl_Position = view * vec4(place, 1.0);
    shade = colour * (0.5 + 0.5 * max(0.0, dot(normal, vec3(0.4, 0.3, 0.87))));
}
"""
FRAGMENT = "#version 330\nin vec3 shade; out vec4 pixel; void main() { pixel = vec4(shade.bgr, 1.0); }"
BEHIND_VERTEX = """
#version 330
in vec2 corner; out vec2 at;
void main() { gl_Position = vec4(corner, 1.0, 1.0); at = vec2(0.5, -0.5) * corner + 0.5; }
"""
BEHIND_FRAGMENT = (
    "#version 330\nuniform sampler2D still; in vec2 at; out vec4 pixel;"
    "void main() { pixel = vec4(texture(still, at).bgr, 1.0); }"
)


def triangles(vehicles: VehicleStates) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return the triangles of all vehicles as rows of place, colour and normal (3 T, 9)."""
    found, coats = [], np.stack([look.paints for look in looks(vehicles)])
    coats[:, Paint.BODY] = vehicles.colour_bgr / 255.0
    for shape, rows, points in in_place(vehicles):
        fans = [(0, i, i + 1) for i in range(1, shape.faces.shape[1] - 1)]
        for row, vertices in zip(rows.tolist(), points, strict=True):
            corners = vertices[shape.faces[:, fans]].reshape(-1, 3, 3)
            normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
            length = np.linalg.norm(normal, axis=1)
            real = length > 1e-9  # faces of fewer corners repeat the last one
            colour = np.repeat(coats[row][shape.paint], len(fans), axis=0)[real]
            normal = normal[real] / length[real, None]
            each = np.hstack((colour, normal))[:, None].repeat(3, axis=1)
            found.append(np.concatenate((corners[real], each), axis=2).reshape(-1, 9))
    return np.vstack(found).astype(np.float32)


def view_matrix(camera: PinholeCamera) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the matrix (4, 4) from the world to clip space: OpenGL's axes, x right, y up."""
    rotation = camera.rotation_camera_world() * np.array([[1.0], [-1.0], [-1.0]])
    world = np.eye(4)
    world[:3, :3], world[:3, 3] = rotation, -rotation @ camera.position_m
    depth = (FAR_M + NEAR_M) / (NEAR_M - FAR_M), 2 * FAR_M * NEAR_M / (NEAR_M - FAR_M)
    lens = np.array([
        [2 * camera.focal_px / camera.width_px, 0, 0, 0], [0, 2 * camera.focal_px / camera.height_px, 0, 0],
        [0, 0, *depth], [0, 0, -1.0, 0],
    ])  # fmt: skip
    return np.asarray(lens @ world, dtype=np.float64)


def _best(draw: Any) -> float:
    """Return frames per CPU second, the best of some rounds; all threads count."""
    draw()
    best = 0.0
    for _ in range(ROUNDS):
        began = process_time()
        for _ in range(FRAMES):
            draw()
        best = max(best, FRAMES / (process_time() - began))
    return best


def moderngl_rate(camera: PinholeCamera, still: Any, rows: Any) -> tuple[str, float, Any]:
    """Return the name of the driver, its frames per CPU second and a picture."""
    os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")
    os.environ.setdefault("LP_NUM_THREADS", "1")
    import moderngl  # noqa: PLC0415 - an extra

    context = moderngl.create_standalone_context(backend="egl")
    size = (camera.width_px, camera.height_px)
    frame = context.simple_framebuffer(size, components=3)
    frame.use()
    street = context.texture(size, 3, np.ascontiguousarray(still).tobytes())
    behind = context.program(vertex_shader=BEHIND_VERTEX, fragment_shader=BEHIND_FRAGMENT)
    quad = np.array([-1, -1, 1, -1, -1, 1, 1, 1], dtype=np.float32)
    sheet = context.vertex_array(behind, [(context.buffer(quad.tobytes()), "2f", "corner")])
    program = context.program(vertex_shader=VERTEX, fragment_shader=FRAGMENT)
    program["view"].write(view_matrix(camera).T.astype(np.float32).tobytes())
    fleet = context.vertex_array(
        program, [(context.buffer(rows.tobytes()), "3f 3f 3f", "place", "colour", "normal")]
    )
    shown = bytearray(3 * size[0] * size[1])

    def draw() -> None:
        context.disable(moderngl.DEPTH_TEST)
        frame.clear()
        street.use()
        sheet.render(moderngl.TRIANGLE_STRIP)
        context.enable(moderngl.DEPTH_TEST)
        fleet.render(moderngl.TRIANGLES)
        frame.read_into(shown, components=3)

    rate = _best(draw)
    picture = np.frombuffer(bytes(shown), dtype=np.uint8).reshape(size[1], size[0], 3)
    return str(context.info["GL_RENDERER"]), rate, picture[::-1, :, ::-1]


def panda_rate(camera: PinholeCamera, still: Any, rows: Any) -> tuple[float, Any]:
    """Return frames per CPU second of panda3d with its software rasteriser, and a picture."""
    from panda3d import core  # noqa: PLC0415 - an extra

    core.load_prc_file_data("", "load-display p3tinydisplay\nwindow-type offscreen\naudio-library-name null")
    size = (camera.width_px, camera.height_px)
    engine = core.GraphicsEngine.get_global_ptr()
    pipe = core.GraphicsPipeSelection.get_global_ptr().make_default_pipe()
    texture, street = core.Texture(), core.Texture()
    even = cv2.resize(still, (1024, 512))  # it takes powers of two only
    street.setup_2d_texture(1024, 512, core.Texture.T_unsigned_byte, core.Texture.F_rgb)
    street.set_ram_image(np.ascontiguousarray(even[::-1]).tobytes())
    kind = core.FrameBufferProperties.get_default()
    buffer = engine.make_output(
        pipe, "bench", 0, kind, core.WindowProperties.size(*size), core.GraphicsPipe.BF_refuse_window
    )
    buffer.add_render_texture(texture, core.GraphicsOutput.RTM_copy_ram)
    sheet = core.CardMaker("still")
    sheet.set_frame_fullscreen_quad()
    flat = core.NodePath("flat")
    flat.attach_new_node(sheet.generate()).set_texture(street)
    flat.set_depth_test(False)
    flat.set_depth_write(False)
    root = core.NodePath("root")
    root.attach_new_node(_panda_mesh(core, rows))
    root.set_two_sided(True)
    lens = core.MatrixLens()
    lens.set_user_mat(core.LMatrix4(*view_matrix(camera).T.ravel().tolist()))
    for sort, scene, glass in ((0, flat, core.OrthographicLens()), (1, root, lens)):
        if scene is flat:
            glass.set_film_size(2, 2)
            glass.set_near_far(-1000, 1000)
        else:
            glass.set_coordinate_system(core.CS_yup_right)
        region = buffer.make_display_region()
        region.set_sort(sort)
        region.set_clear_depth_active(sort == 1)
        eye = scene.attach_new_node(core.Camera("eye", glass))
        region.set_camera(eye)
    rate = _best(engine.render_frame)
    picture = np.frombuffer(texture.get_ram_image_as("BGR"), dtype=np.uint8).reshape(size[1], size[0], 3)
    return rate, picture[::-1]


def _panda_mesh(core: Any, rows: Any) -> Any:
    layout = core.GeomVertexFormat.get_v3c4()
    data = core.GeomVertexData("fleet", layout, core.Geom.UH_static)
    place, colour = (core.GeomVertexWriter(data, name) for name in ("vertex", "color"))
    light = 0.5 + 0.5 * np.clip(rows[:, 6:] @ SUN, 0.0, None)[:, None]
    for at, (blue, green, red) in zip(rows[:, :3].tolist(), (rows[:, 3:6] * light).tolist(), strict=True):
        place.add_data3(*at)
        colour.add_data4(red, green, blue, 1.0)
    faces = core.GeomTriangles(core.Geom.UH_static)
    faces.add_next_vertices(len(rows))
    geometry = core.Geom(data)
    geometry.add_primitive(faces)
    node = core.GeomNode("fleet")
    node.add_geom(geometry)
    return node


def rates(camera: PinholeCamera, still: Any, rows: Any, ours: float) -> dict[str, float]:
    """Return the figures of those that are there, and why one is not."""
    found: dict[str, float] = {}
    for name, module in (("moderngl", "moderngl"), ("panda3d", "panda3d")):
        if find_spec(module) is None:
            found[f"{name}: not run, install the extra `peers`"] = 0.0
            continue
        try:
            if name == "moderngl":
                driver, rate, _ = moderngl_rate(camera, still, rows)
                name = f"moderngl on {driver.split(' (')[0]}"  # noqa: PLW2901 - as the driver calls itself
            else:
                rate, _ = panda_rate(camera, still, rows)
        except Exception as error:  # noqa: BLE001 - whatever a driver raises is the reason
            found[f"{name}: not run, {str(error)[:60]}"] = 0.0
            continue
        found[f"{name}: frames per CPU second, the same street and meshes"] = rate
        found[f"{name}: ours by day, with shadows, noise and label, times as fast"] = ours / rate
    return found
