// The server that somebody would write around sharp in an afternoon; part of the load harness.
//
//   PORT=9000 IMAGES_DIR=photos node sharp.cjs    GET /resize/{width}/{height}/{file}?format=webp
//                                                 GET /health
//
// format is jpeg (without it), png, webp or avif. sharp's defaults, but JPEG at quality 80 as
// everywhere, and no cache of operations. AVIF_QUALITY replaces sharp's 50.
'use strict';
const http = require('node:http');
const path = require('node:path');
const sharp = require('sharp');

sharp.cache(false);
const root = path.resolve(process.env.IMAGES_DIR);
const settings = {
  jpeg: { quality: 80 },
  png: {},
  webp: { quality: 80 },
  avif: { quality: Number(process.env.AVIF_QUALITY ?? 50) },
};

function picture(width, height, name, format) {
  const file = path.join(root, path.normalize('/' + decodeURIComponent(name)));
  return sharp(file)
    .rotate()
    .resize(Number(width), Number(height), { fit: 'inside', withoutEnlargement: true })
    .toFormat(format, settings[format])
    .toBuffer();
}

async function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (pathname === '/health') {
    response.end('ok');
    return;
  }
  try {
    const [, , width, height, ...name] = pathname.split('/');
    const format = searchParams.get('format') ?? 'jpeg';
    const body = await picture(width, height, name.join('/'), format);
    response.writeHead(200, { 'Content-Type': `image/${format}`, 'Content-Length': body.length });
    response.end(body);
  } catch (error) {
    response.writeHead(500, { 'Content-Type': 'text/plain' });
    response.end(error.message);
  }
}

http.createServer(answer).listen(Number(process.env.PORT), '127.0.0.1');
