"""uint8 planes: palette, type, layers, visualizers. Pure.

palette   names, accents, covers → five stops, ramps, BT.709       canvas   planar layers, blending
fonts     which face sets which character                          titles   text → mask: wrapping, shrinking, tracking
cover     generated cover art; a given picture read safely         layout   where things stand, per aspect and set
moment    what one frame needs to know                             backdrop the soft layer, and its growing to a frame
visualizers/spectrum   bars, reflection, caps; the whole frame
"""
