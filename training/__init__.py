"""Trains the network of `binarize(method="auto")` and writes fastapi_app/services/models/binarizer.onnx.

Nothing of the product needs this room. It takes PyTorch, beside what the engine needs anyway:

    python3 -m venv var/training
    var/training/bin/pip install torch==2.13.0 onnx==1.23.2 onnxruntime==1.31.1 opencv-python-headless==5.0.0.93
    var/training/bin/python -m training FOLDER --steps 6000

FOLDER holds pages NAME.png with the truth NAME.gt.png beside them, ink black. `--without PREFIX …` keeps pages apart,
which `./recto bench binarize --pages FOLDER` can then measure honestly. One core takes half a second a step.

What chooses the fields of invoices is learned apart, in two minutes, and written to models/invoice.json:

    var/training/bin/pip install python-crfsuite==0.9.12 scikit-learn==1.9.1
    var/training/bin/python -m training.invoices FOLDER

FOLDER holds receipts in the format of SROIE 2019 (zzzDavid/ICDAR-2019-SROIE): NAME.boxes.csv, in every line
x1,y1,…,x4,y4,text, and NAME.fields.json with company, date, address, total. Those with NAME.jpg beside them are not
learned from, so that `./recto bench invoices --pages FOLDER` measures honestly. Invoices that `samples` draws in five
languages are added.
"""
