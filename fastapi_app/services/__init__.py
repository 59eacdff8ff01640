"""The engine: page images in, clean images and readable text out.

Plain Python over numpy, OpenCV and Tesseract. Nothing here knows HTTP, a queue, a database, a clock or the
environment.
"""

ENGINE_VERSION = "0.1.0"
