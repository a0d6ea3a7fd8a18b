// The server that somebody would write around sharp in an afternoon; part of the load harness.
//
//   PORT=9000 IMAGES_DIR=photos node sharp.cjs      GET /resize/{width}/{height}/{file}, /health
//
// sharp's defaults, but quality 80 as everywhere and no cache of operations.
'use strict';
const http = require('node:http');
const path = require('node:path');
const sharp = require('sharp');

sharp.cache(false);
const root = path.resolve(process.env.IMAGES_DIR);

async function picture(url) {
  const [, , width, height, ...name] = url.split('/');
  const file = path.join(root, path.normalize('/' + decodeURIComponent(name.join('/'))));
  return sharp(file)
    .rotate()
    .resize(Number(width), Number(height), { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 80 })
    .toBuffer();
}

async function answer(request, response) {
  if (request.url === '/health') {
    response.end('ok');
    return;
  }
  try {
    const body = await picture(request.url);
    response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Content-Length': body.length });
    response.end(body);
  } catch (error) {
    response.writeHead(500, { 'Content-Type': 'text/plain' });
    response.end(error.message);
  }
}

http.createServer(answer).listen(Number(process.env.PORT), '127.0.0.1');
