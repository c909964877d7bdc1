import { AV_FRAME_FLAG_CORRUPT, AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import { Codec, CodecContext, Frame, type Packet, type Stream } from 'node-av/lib';

/**
 * Decodes the packets of a stream in one thread; packets that cannot be decoded are skipped, as players do.
 */
export class StreamDecoder {
  /** True if the last packet pushed could not be decoded or yielded incomplete output. */
  hasFailed = false;
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
   * @param packet null: no packets are left, flush the remaining frames
   * @param onFrame called with each decoded frame; it may keep the frame and must then return another one to
   * fill
   */
  push(packet: Packet | null, onFrame: (frame: Frame) => Frame): void {
    this.hasFailed = false;
    const isFull = this.send(packet) === AVERROR_EAGAIN;
    this.receive(onFrame);
    if (!isFull) return;
    this.send(packet);
    this.receive(onFrame);
  }

  /** Sets whether to skip packets whose pictures no other picture refers to. */
  leaveOut(isLeftOut: boolean): void {
    if (isLeftOut === this.leavesOut) return;
    this.leavesOut = isLeftOut;
    this.context.setOption('skip_frame', isLeftOut ? 'noref' : 'default');
  }

  close(): void {
    this.frame.free();
    this.context.freeContext();
  }

  private send(packet: Packet | null): number {
    const result = this.context.sendPacketSync(packet);
    if (result < 0 && result !== AVERROR_EAGAIN && result !== AVERROR_EOF) this.hasFailed = true;
    return result;
  }

  private receive(onFrame: (frame: Frame) => Frame): void {
    let result = this.context.receiveFrameSync(this.frame);
    for (; result >= 0; result = this.context.receiveFrameSync(this.frame)) {
      if (isDamaged(this.frame)) this.hasFailed = true;
      this.frame = onFrame(this.frame);
    }
    if (result !== AVERROR_EAGAIN && result !== AVERROR_EOF) this.hasFailed = true;
  }
}

/** True if parts of a frame were lost, or refer to lost data. */
export function isDamaged(frame: Frame): boolean {
  return frame.decodeErrorFlags !== 0 || frame.hasFlags(AV_FRAME_FLAG_CORRUPT);
}

export function newFrame(): Frame {
  const frame = new Frame();
  frame.alloc();
  return frame;
}
