"""How each shipped pocket model is trained, from raw parquet files to an ONNX file and its card."""
