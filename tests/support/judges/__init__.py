"""Official validators of e-invoices, run in this process: what others say of the files that we write.

`xml` judges CII and UBL, `facturx` a PDF with its XML, `fatturapa` Italian files, `cents` recomputes all of them to the
cent. The rule files are laid into `.einvoice-rules` by `make setup`.
"""
