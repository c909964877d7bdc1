'use strict';

const { Comms } = require('./comms.cjs');
const { readMessage, writeMessage, answer } = require('./wire.cjs');

/**
 * Gives tslab's server and handler what they lack of Jupyter's messages: comms, and a kernel that counts as busy as
 * long as a cell runs, whatever else it answers meanwhile.
 *
 * @param jupyter tslab's module of that name, whose classes are changed in place
 * @returns the kernel's comms
 */
function addMessages({ ZmqServer, JupyterHandlerImpl }) {
  const { handleShellMessage, handleExecute } = ZmqServer.prototype;
  const { handleExecuteImpl } = JupyterHandlerImpl.prototype;
  /** Requests to execute, by their content. */
  const requests = new WeakMap();
  /** The cell that runs, with its server. */
  let running = null;
  /** On behalf of what comms send: the message that is being dealt with, or the newest cell. */
  let last = { server: null, message: null };

  const send = (server, socket, message) => socket.send(writeMessage(server.connInfo.key, message));
  const publish = ({ server, message }, type, content, rest) =>
    send(server, server.iopub, answer(message, type, content, rest));
  const publishState = (origin, state) => publish(origin, 'status', { execution_state: state });

  const comms = new Comms((type, content, rest) => {
    if (last.server !== null) publish(last, type, content, rest);
  });

  const answerComm = (origin, socket) => {
    const { server, message } = origin;
    const before = last;
    last = origin;
    publishState(origin, 'busy');
    try {
      if (message.header.msg_type === 'comm_info_request') {
        send(server, socket, answer(message, 'comm_info_reply', comms.info(message.content.target_name)));
      } else comms.handle(message);
    } catch (error) {
      console.error(error);
    } finally {
      publishState(origin, 'idle');
      if (before.server !== null) last = before;
    }
  };

  ZmqServer.prototype.handleShellMessage = async function (socket, ...frames) {
    const message = readMessage(this.connInfo.key, frames);
    const type = message.header.msg_type;
    try {
      if (type.startsWith('comm_')) {
        answerComm({ server: this, message }, socket);
      } else {
        await handleShellMessage.call(this, socket, ...frames);
      }
    } finally {
      if (running !== null) publishState(running, 'busy');
    }
  };

  ZmqServer.prototype.handleExecute = function (socket, message) {
    requests.set(message.content, {
      server: this,
      message: { identities: message.identity, header: message.header },
    });
    return handleExecute.call(this, socket, message);
  };

  JupyterHandlerImpl.prototype.handleExecuteImpl = async function (request, ...rest) {
    running = last = requests.get(request);
    try {
      return await handleExecuteImpl.call(this, request, ...rest);
    } finally {
      running = null;
    }
  };
  return comms;
}

module.exports = { addMessages };
