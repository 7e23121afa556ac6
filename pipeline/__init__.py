"""Story in, film out: the stages of the studio, without any user interface.

Shape letters used in every docstring: `B` batch, `F` frames, `C` channels, `H W` pixels;
`f c h w` latent frames, channels, height and width; `L` text tokens, `N` text segments,
`V` visual tokens, `D` width. Boxes are `[x0, y0, x1, y1]`, fractions of the frame, origin top left.
"""

__version__ = "0.1.0"
