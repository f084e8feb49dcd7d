#!/usr/bin/env node
// The same as main.go for a machine without Go: slower, some 50 ms a call.
'use strict';
const { connect } = require('node:net');
const { existsSync, lstatSync, readlinkSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');

const self = process.argv[1];
const beside = join(dirname(self), 'xl.sock');
let path = process.env.XENFLEET_SIM_SOCKET || (existsSync(beside) ? beside : join(dirname(dirname(self)), 'xl.sock'));
try {
  if (lstatSync(path).isSymbolicLink()) path = readlinkSync(path);
} catch {
  // The connection fails and says so.
}
let text = '';
const socket = connect(path, () => {
  socket.write(JSON.stringify({ argv: [basename(self), ...process.argv.slice(2)], cwd: process.cwd() }) + '\n');
});
socket.setEncoding('utf8');
socket.on('data', (chunk) => (text += chunk));
socket.on('error', (error) => fail(error.message));
socket.on('end', () => {
  if (text === '') return fail('no answer');
  const { code, stdout, stderr } = JSON.parse(text);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
});

function fail(words) {
  process.stderr.write(`the simulated Xen host does not answer: ${words}\n`);
  process.exitCode = 125;
}
