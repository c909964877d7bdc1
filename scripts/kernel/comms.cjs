'use strict';

const { randomBytes } = require('node:crypto');

/** The target for which front ends with widgets ask, and the one through which they request all widgets at once. */
const widgetTargets = ['jupyter.widget', 'jupyter.widget.control'];

/**
 * The kernel's ends of the channels between cells and front end, called comms in Jupyter.
 *
 * `publish(type, content, { metadata, buffers })` sends a message to all front ends.
 */
class Comms {
  /** True if a front end that supports widgets is, or was, connected. */
  frontEnd = false;
  #open = new Map();
  #targets = new Map();
  #publish;

  constructor(publish) {
    this.#publish = publish;
  }

  /** Opens a channel from a cell. */
  open(target, { data = {}, metadata = {}, buffers = [] } = {}) {
    const comm = this.#add(randomBytes(16).toString('hex'), target);
    this.#publish('comm_open', { comm_id: comm.id, target_name: target, data }, { metadata, buffers });
    return comm;
  }

  /** Registers the handler of channels that the front end opens; `accept(comm, data, buffers)` is called for each. */
  register(target, accept) {
    this.#targets.set(target, accept);
  }

  /** The open channels, in the form of a `comm_info_reply`. */
  info(target) {
    if (target === undefined || widgetTargets.includes(target)) this.frontEnd = true;
    const comms = [...this.#open.values()].filter((comm) => target === undefined || comm.target === target);
    return {
      status: 'ok',
      comms: Object.fromEntries(comms.map((comm) => [comm.id, { target_name: comm.target }])),
    };
  }

  /** Handles a comm_open, comm_msg or comm_close of the front end. */
  handle({ header, content, buffers }) {
    const { comm_id: id, target_name: target, data } = content;
    const comm = this.#open.get(id);
    if (header.msg_type === 'comm_msg') comm?.onMessage?.(data, buffers);
    else if (header.msg_type === 'comm_open') this.#accept(id, target, data, buffers);
    else if (comm !== undefined) {
      this.#open.delete(id);
      comm.onClose?.();
    }
  }

  #accept(id, target, data, buffers) {
    if (widgetTargets.includes(target)) this.frontEnd = true;
    const accept = this.#targets.get(target);
    // As the protocol requires: a side that does not know a target closes the channel.
    if (accept === undefined) this.#publish('comm_close', { comm_id: id, data: {} });
    else accept(this.#add(id, target), data, buffers);
  }

  #add(id, target) {
    const comm = {
      id,
      target,
      /** Called with the data and buffers of each message of the front end. */
      onMessage: null,
      /** Called when the front end closes the channel. */
      onClose: null,
      send: (data, { metadata, buffers } = {}) => {
        if (this.#open.has(id)) this.#publish('comm_msg', { comm_id: id, data }, { metadata, buffers });
      },
      close: (data = {}) => {
        if (this.#open.delete(id)) this.#publish('comm_close', { comm_id: id, data });
      },
    };
    this.#open.set(id, comm);
    return comm;
  }
}

module.exports = { Comms };
