'use strict';

const { createHmac, randomBytes, timingSafeEqual } = require('node:crypto');

/*
 * Messages on the kernel's sockets: identities, a delimiter, a signature, four parts of JSON, and buffers.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
 */

const delimiter = Buffer.from('<IDS|MSG>');
/** A lone surrogate as JSON writes it; not if the backslash is itself escaped. */
const halfCharacters = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;
const protocolVersion = '5.3';

/** Reads a message from its frames; throws if it is truncated or its signature does not match. */
function readMessage(key, frames) {
  const start = frames.findIndex((frame) => delimiter.equals(frame));
  if (start < 0 || frames.length < start + 6) throw new Error('A message of the front end is cut off.');
  const parts = frames.slice(start + 2, start + 6);
  const [given, own] = [Buffer.from(frames[start + 1]), Buffer.from(sign(key, parts))];
  if (given.length !== own.length || !timingSafeEqual(given, own)) {
    throw new Error('A message of the front end has a wrong signature.');
  }
  const [header, parent, metadata, content] = parts.map((part) => JSON.parse(part.toString()));
  return {
    identities: frames.slice(0, start),
    header,
    parent,
    metadata,
    content,
    buffers: frames.slice(start + 6),
  };
}

/** The four parts of a message, as JSON. Lone surrogates are replaced: Jupyter could not write them to a file. */
function partsOf({ header, parent = {}, metadata = {}, content }) {
  return [header, parent, metadata, content].map((part) => {
    const json = JSON.stringify(part);
    return json.includes('\\ud') ? json.replace(halfCharacters, '$1\ufffd') : json;
  });
}

/** The frames of a message whose parts are already JSON. */
function signedFrames(key, { identities = [], parts, buffers = [] }) {
  const frames = parts.map((part) => Buffer.from(part));
  return [...identities, delimiter, Buffer.from(sign(key, frames)), ...frames, ...buffers];
}

/** The frames of a message. */
function writeMessage(key, message) {
  return signedFrames(key, { ...message, parts: partsOf(message) });
}

/** A message that answers another one, or that is published while that one is being handled. */
function answer(to, type, content, { metadata, buffers } = {}) {
  const { session = '', username = '' } = to?.header ?? {};
  const header = {
    msg_id: randomBytes(16).toString('hex'),
    msg_type: type,
    session,
    username,
    date: new Date().toISOString(),
    version: protocolVersion,
  };
  return { identities: to?.identities, header, parent: to?.header, metadata, content, buffers };
}

/** An empty key means unsigned messages. */
function sign(key, parts) {
  if (key === '') return '';
  const hash = createHmac('sha256', key);
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

module.exports = { answer, partsOf, protocolVersion, readMessage, signedFrames, writeMessage };
