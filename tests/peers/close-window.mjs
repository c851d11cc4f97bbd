// A person who presses the close button of the one window there is. Without a window manager nobody draws that button,
// so this says to the window what a window manager would (ICCCM §4.2.8.1), in the X11 protocol itself.
// `node close-window.mjs`: on `$DISPLAY`; ends with 1 when there is no window that can be closed.
import { connect } from 'node:net';

const [INTERN_ATOM, GET_PROPERTY, QUERY_TREE, SEND_EVENT] = [16, 20, 15, 25];
const display = process.env.DISPLAY.replace(/^:/, '').split('.')[0];
const socket = connect(`/tmp/.X11-unix/X${display}`);

let bytes = Buffer.alloc(0);
let wake = () => {};
socket.on('data', data => { bytes = Buffer.concat([bytes, data]); wake(); });
socket.on('error', error => { console.error(error.message); process.exit(1); });
const take = async length => {
  while (bytes.length < length) await new Promise(resolve => (wake = resolve));
  const taken = bytes.subarray(0, length);
  bytes = bytes.subarray(length);
  return taken;
};
/** Sends a request whose length is a multiple of four; its second field is its length in such units. */
const send = (opcode, detail, body) => {
  const head = Buffer.from([opcode, detail, 0, 0]);
  head.writeUInt16LE((4 + body.length) / 4, 2);
  socket.write(Buffer.concat([head, body]));
};
const reply = async () => {
  const head = await take(32);
  if (head[0] === 0) throw new Error(`X error ${head[1]}`);
  return Buffer.concat([head, await take(head.readUInt32LE(4) * 4)]);
};
const words = (...values) => Buffer.from(Uint32Array.from(values).buffer);
const atom = async name => {
  const padded = Buffer.alloc(4 + Math.ceil(name.length / 4) * 4);
  padded.writeUInt16LE(name.length, 0);
  padded.write(name, 4);
  send(INTERN_ATOM, 0, padded);
  return (await reply()).readUInt32LE(8);
};

socket.write(Buffer.from([0x6c, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
const greeting = await take(8);
const setup = await take(greeting.readUInt16LE(6) * 4);
const root = setup.readUInt32LE(32 + Math.ceil(setup.readUInt16LE(16) / 4) * 4 + setup[21] * 8);

const protocols = await atom('WM_PROTOCOLS');
const deletes = await atom('WM_DELETE_WINDOW');
const state = await atom('WM_STATE');
send(QUERY_TREE, 0, words(root));
const tree = await reply();
const windows = Array.from({ length: tree.readUInt16LE(16) }, (_, n) => tree.readUInt32LE(32 + n * 4));
let closed = 0;
for (const window of windows) {
  // What is mapped: the app keeps a window for its own messages, which has no size.
  send(3, 0, words(window));
  if ((await reply())[26] !== 2) continue;
  send(GET_PROPERTY, 0, words(window, protocols, 4, 0, 8));
  const property = await reply();
  const asked = Array.from({ length: property.readUInt32LE(16) }, (_, n) => property.readUInt32LE(32 + n * 4));
  if (!asked.includes(deletes)) continue;
  const event = Buffer.alloc(32);
  event.set([33, 32]);
  words(window, protocols, deletes).copy(event, 4);
  send(SEND_EVENT, 0, Buffer.concat([words(window, 0), event]));
  closed += 1;
}
// An answer to something later says that the event is on its way.
await atom('WM_PROTOCOLS');
socket.end();
process.exit(closed === 0 ? 1 : 0);
