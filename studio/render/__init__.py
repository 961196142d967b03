"""Cues and frames are pure; jobs runs them.

model    Job, Rendered              cues    Draft × Features → Cues            frames   Cues × number → picture
folder   the chunks on disk         worker  the process that draws them        jobs     Renderer: runs the workers
"""
