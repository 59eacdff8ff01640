"""The engine of Recto: plain functions over pages in `services`, and the HTTP and WebSocket doors to them."""
