"""Small PDFs as anybody could upload them."""


def a_pdf(pages: int = 2) -> bytes:
    """Return a PDF with so many pages, each with its number on it."""
    leaves = [(3 + 2 * it, 4 + 2 * it) for it in range(pages)]
    kids = " ".join(f"{page} 0 R" for page, _ in leaves)
    parts = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>"]
    font = "<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    for number, (_, content) in enumerate(leaves, 1):
        written = f"BT /F 48 Tf 100 700 Td (Blad {number}) Tj ET"
        head = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {content} 0 R /Resources {font} >>"
        parts += [head, f"<< /Length {len(written)} >>\nstream\n{written}\nendstream"]
    body, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(parts) + 1
    end = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode()
