"""The user draws the box: a window made of the standard library's tkinter, which needs no OpenCV with a screen."""

import base64

import cv2
import numpy as np

from siamloss.demo.layout import FRAME_PX, fit
from siamloss.errors import ConfigError

HOW_ELSE = "give the box with --init x,y,w,h (px, 0-based)"
SHARE = 0.85
"""Of the screen that the window takes at most."""

COLOR = "#d55e00"
HELP = "Drag a box around the target, then press Enter. Escape leaves."


def require_screen() -> None:
    """See whether a window can be opened.

    Raises
    ------
    ConfigError : there is no screen, or Python was built without tkinter.
    """
    _open_window().destroy()


def choose_box(image: np.ndarray) -> np.ndarray:
    """Show an image and let the user draw a box: drag with the mouse, as often as it takes, then Enter.

    Parameters
    ----------
    image : RGB uint8 ``(H, W, 3)``; shown smaller where the screen is, larger where it is small.

    Returns
    -------
    float64 ``(4,)`` x, y, w, h, px of the image, inside it.

    Raises
    ------
    ConfigError : no screen, or the window was closed (also with Escape) without a box.
    """
    window = _open_window()
    try:
        return _Chooser(window, image).run()
    finally:
        window.destroy()


def _open_window():
    try:
        import tkinter

        return tkinter.Tk()
    except ImportError as error:
        raise ConfigError(f"this Python has no tkinter to draw a box with; {HOW_ELSE}") from error
    except tkinter.TclError as error:
        raise ConfigError(f"there is no screen to draw a box on; {HOW_ELSE}") from error


class _Chooser:
    """The window with the image; two corners in window pixels, None until the mouse was dragged."""

    def __init__(self, window, image: np.ndarray) -> None:
        import tkinter

        self._window, self._image = window, image
        height, width = image.shape[:2]
        room = round(window.winfo_screenwidth() * SHARE), round(window.winfo_screenheight() * SHARE)
        scale = max(1.0, FRAME_PX / height)
        self._fit = fit(width, height, (min(room[0], round(width * scale)), min(room[1], round(height * scale))))
        method = cv2.INTER_AREA if self._fit.scale < 1 else cv2.INTER_LINEAR
        shown = cv2.resize(image, self._fit.size, interpolation=method)
        png = cv2.imencode(".png", cv2.cvtColor(shown, cv2.COLOR_RGB2BGR))[1]
        self._picture = tkinter.PhotoImage(master=window, data=base64.b64encode(png))
        window.title(HELP)
        window.resizable(False, False)
        self._canvas = tkinter.Canvas(
            window, width=self._fit.size[0], height=self._fit.size[1], highlightthickness=0, cursor="crosshair"
        )
        self._canvas.create_image(0, 0, anchor="nw", image=self._picture)
        self._canvas.pack()
        tkinter.Label(window, text=HELP).pack(fill="x")
        self._corners: np.ndarray | None = None
        self._start = np.zeros(2)
        self._drawn: list[int] = []
        self._accepted = False
        self._canvas.bind("<ButtonPress-1>", self._press)
        self._canvas.bind("<B1-Motion>", self._drag)
        for key in ("<Return>", "<KP_Enter>", "<space>"):
            window.bind(key, self._accept)
        window.bind("<Escape>", lambda event: window.quit())
        window.protocol("WM_DELETE_WINDOW", window.quit)
        window.focus_force()

    def run(self) -> np.ndarray:
        self._window.mainloop()
        if not self._accepted:
            raise ConfigError(f"no box was drawn; drag one with the mouse and press Enter, or {HOW_ELSE}")
        low, high = self._corners
        return np.concatenate([low, high - low]) / self._fit.scale

    def _press(self, event) -> None:
        self._start, self._corners = self._inside(event), None
        self._canvas.delete(*self._drawn)
        self._drawn = []

    def _drag(self, event) -> None:
        end = self._inside(event)
        self._corners = np.stack([np.minimum(self._start, end), np.maximum(self._start, end)])
        self._canvas.delete(*self._drawn)
        coordinates = self._corners.ravel().tolist()
        self._drawn = [
            self._canvas.create_rectangle(*coordinates, outline=color, width=width)
            for color, width in (("black", 4), (COLOR, 2))
        ]

    def _accept(self, event) -> None:
        if self._corners is not None and (self._corners[1] - self._corners[0] >= 1).all():
            self._accepted = True
            self._window.quit()

    def _inside(self, event) -> np.ndarray:
        return np.clip(np.array([event.x, event.y], dtype=np.float64), 0, self._fit.size)
