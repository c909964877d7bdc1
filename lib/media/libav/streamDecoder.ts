import { AVERROR_EAGAIN } from 'node-av/constants';
import { Codec, CodecContext, Frame, type Packet, type Stream } from 'node-av/lib';

/** Decodes the packets of a stream in one thread; packets that cannot be decoded are passed over, as players do. */
export class StreamDecoder {
  private readonly context = new CodecContext();
  private frame = newFrame();
  private leavesOut = false;

  constructor(stream: Stream) {
    const codec = Codec.findDecoder(stream.codecpar.codecId);
    if (!codec) throw new Error(`No decoder for ${stream.codecpar.codecId}.`);
    this.context.allocContext3(codec);
    this.context.parametersToContext(stream.codecpar);
    this.context.pktTimebase = stream.timeBase;
    this.context.threadCount = 1;
    const opened = this.context.open2Sync(codec, null);
    if (opened < 0) throw new Error(`The decoder could not be opened (${opened}).`);
  }

  /**
   * @param packet null: there is none left, the frames that wait are wanted
   * @param onFrame given each frame that is ready; it may keep it and then has to return another one to be filled
   */
  push(packet: Packet | null, onFrame: (frame: Frame) => Frame): void {
    const isFull = this.context.sendPacketSync(packet) === AVERROR_EAGAIN;
    this.receive(onFrame);
    if (!isFull) return;
    this.context.sendPacketSync(packet);
    this.receive(onFrame);
  }

  /** Leaves packets out from now on, or no longer, whose picture no other one refers to. */
  leaveOut(isLeftOut: boolean): void {
    if (isLeftOut === this.leavesOut) return;
    this.leavesOut = isLeftOut;
    this.context.setOption('skip_frame', isLeftOut ? 'noref' : 'default');
  }

  close(): void {
    this.frame.free();
    this.context.freeContext();
  }

  private receive(onFrame: (frame: Frame) => Frame): void {
    while (this.context.receiveFrameSync(this.frame) >= 0) this.frame = onFrame(this.frame);
  }
}

export function newFrame(): Frame {
  const frame = new Frame();
  frame.alloc();
  return frame;
}
