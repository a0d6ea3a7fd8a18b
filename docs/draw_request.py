#!/usr/bin/env python3
"""Draws docs/request.svg: the way of one request. Run it after changing the boxes below."""

BOXES = [  # x, y, width, title, lines, colour
    (20, 60, 150, "session", ["head read strictly,", "answers in order"], "#e8eefc"),
    (200, 60, 150, "routes", ["URL grammar to", "one typed Transform"], "#e8eefc"),
    (380, 60, 150, "flight", ["equal requests", "share one"], "#e8eefc"),
    (200, 190, 150, "kept results", ["a second old: at once,", "else by the file's stamp"], "#e6f5e6"),
    (380, 190, 150, "memory budget", ["bytes for the source,", "else 503 at once"], "#fdf1dc"),
    (560, 190, 150, "read + name", ["openat2 below the root,", "ETag: 304 ends here"], "#e6f5e6"),
    (740, 190, 150, "queue", ["planned first: short", "jobs first, else 503"], "#fdf1dc"),
    (380, 330, 120, "decode", ["our own or libjpeg:", "luma and chroma"], "#f7e6f5"),
    (530, 330, 120, "resize", ["linear light,", "chroma by luma"], "#f7e6f5"),
    (680, 330, 120, "turn", ["EXIF orientation,", "if any"], "#f7e6f5"),
    (830, 330, 120, "encode", ["our own: tuned", "tables, progressive"], "#f7e6f5"),
]
ARROWS = [  # points
    [(170, 95), (200, 95)], [(350, 95), (380, 95)], [(455, 130), (455, 190)],
    [(275, 130), (275, 190)], [(530, 225), (560, 225)], [(710, 225), (740, 225)],
    [(815, 260), (815, 295), (440, 295), (440, 330)],
    [(500, 365), (530, 365)], [(650, 365), (680, 365)], [(800, 365), (830, 365)],
    [(890, 330), (890, 300), (925, 300), (925, 95), (530, 95)],
]


def main() -> None:
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 980 440" '
           'font-family="system-ui, sans-serif" font-size="13">',
           '<rect width="980" height="440" fill="#ffffff"/>',
           '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
           'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#444"/></marker></defs>']
    for label, y in (("I/O threads: coroutines, never blocked", 45),
                     ("admission and file threads", 175),
                     ("worker threads: one picture on one thread, some rows at a time", 318)):
        out.append(f'<text x="20" y="{y}" fill="#888" font-size="12">{label}</text>')
    for points in ARROWS:
        path = " ".join(f"{x},{y}" for x, y in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="#444" stroke-width="1.4" '
                   'marker-end="url(#a)"/>')
    for x, y, width, title, lines, colour in BOXES:
        out.append(f'<rect x="{x}" y="{y}" width="{width}" height="70" rx="8" fill="{colour}" '
                   'stroke="#999"/>')
        middle = x + width / 2
        out.append(f'<text x="{middle}" y="{y + 22}" text-anchor="middle" font-weight="600">{title}'
                   '</text>')
        for i, line in enumerate(lines):
            out.append(f'<text x="{middle}" y="{y + 42 + 16 * i}" text-anchor="middle" '
                       f'font-size="11.5" fill="#333">{line}</text>')
    out.append('<text x="740" y="86" text-anchor="middle" font-size="11.5" fill="#333">'
               'one shared, immutable result for everybody who waited</text></svg>')
    with open(__file__.replace("draw_request.py", "request.svg"), "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
