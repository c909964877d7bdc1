import {
  AV_BUFFERSRC_FLAG_KEEP_REF,
  AV_CODEC_FLAG_QSCALE,
  AV_PIX_FMT_YUVJ444P,
  AVCOL_RANGE_JPEG,
  FF_QP2LAMBDA,
} from 'node-av/constants';
import {
  avGetPixFmtName,
  Codec,
  CodecContext,
  FilterGraph,
  Packet,
  type FilterContext,
  type Frame,
  type Stream,
} from 'node-av/lib';
import type { FrameEncoding } from '../streams';
import { frameFilters } from './frameFilters';
import { newFrame } from './streamDecoder';
import { turnOf, type Turn } from './turn';

export interface PictureMakerArgs {
  readonly stream: Stream;
  /** Shorter side of the pictures [px]. */
  readonly shortSide: number;
  readonly encoding: FrameEncoding;
}

/** JPEG quality scale: close to the best. */
const jpegQuality = 2 * FF_QP2LAMBDA;
const mostShapeDifference = 1.01;

interface Graph {
  readonly key: string;
  readonly graph: FilterGraph;
  readonly source: FilterContext;
  readonly sink: FilterContext;
}

/**
 * Converts decoded frames of a stream to pictures: scaled, rotated as a player does, in RGB, as PPM or JPEG.
 * All have the size that the stream announces; a frame that changes shape in mid-file keeps its aspect ratio,
 * between black bars.
 */
export class PictureMaker {
  private readonly turn: Turn;
  private readonly width: number;
  private readonly height: number;
  private readonly filtered = newFrame();
  private graph: Graph | null = null;
  private encoder: CodecContext | null = null;

  constructor(private readonly args: PictureMakerArgs) {
    const { stream, shortSide } = args;
    const { codecpar } = stream;
    this.turn = turnOf(stream);
    const ratio = aspectOf(codecpar.width, codecpar.height, stream.sampleAspectRatio);
    // Before the rotation.
    this.width = ratio > 1 ? Math.max(shortSide, Math.round(shortSide * ratio)) : shortSide;
    this.height = ratio > 1 ? shortSide : Math.max(shortSide, Math.round(shortSide / ratio));
  }

  make(frame: Frame): Buffer {
    const { source, sink } = this.graphFor(frame);
    if (source.buffersrcAddFrameSync(frame, AV_BUFFERSRC_FLAG_KEEP_REF) < 0)
      throw new Error('A frame could not be scaled.');
    this.filtered.unref();
    if (sink.buffersinkGetFrameSync(this.filtered) < 0) throw new Error('A frame could not be scaled.');
    return this.args.encoding === 'jpeg' ? this.encode(this.filtered) : asPpm(this.filtered);
  }

  close(): void {
    this.graph?.graph.free();
    this.encoder?.freeContext();
    this.filtered.free();
  }

  private graphFor(frame: Frame): Graph {
    const { width, height, format, sampleAspectRatio, colorSpace, colorRange } = frame;
    const { before, after } = frameFilters(frame);
    const key = [
      width,
      height,
      format,
      sampleAspectRatio.num,
      sampleAspectRatio.den,
      colorSpace,
      colorRange,
      ...before,
      ...after,
    ].join(' ');
    if (this.graph?.key === key) return this.graph;
    this.graph?.graph.free();
    const graph = new FilterGraph();
    graph.alloc();
    graph.nbThreads = 1;
    const { num, den } = sampleAspectRatio;
    const from = [
      `video_size=${width}x${height}`,
      `pix_fmt=${avGetPixFmtName(format as never)}`,
      'time_base=1/1000',
      `pixel_aspect=${num > 0 && den > 0 ? `${num}/${den}` : '0/1'}`,
      `colorspace=${colorSpace}`,
      `range=${colorRange}`,
    ].join(':');
    const filters = [
      ...before,
      ...this.scaling(frame, after),
      ...this.turn.filters,
      ...colours[this.args.encoding],
    ];
    graph.parsePtr(`buffer@in=${from},${filters.join(',')},buffersink@out`);
    if (graph.configSync() < 0) throw new Error(`Frames of ${width}x${height} could not be scaled.`);
    this.graph = {
      key,
      graph,
      source: graph.getFilter('buffer@in')!,
      sink: graph.getFilter('buffersink@out')!,
    };
    return this.graph;
  }

  private scaling(frame: Frame, after: readonly string[]): string[] {
    const { width, height } = this;
    const ratio = aspectOf(frame.width, frame.height, frame.sampleAspectRatio);
    const difference = (ratio * height) / width;
    if (difference < mostShapeDifference && difference > 1 / mostShapeDifference) {
      return [`scale=${width}:${height}:flags=bicubic`, ...after];
    }
    const inner =
      difference > 1
        ? [width, Math.max(1, Math.round(width / ratio))]
        : [Math.max(1, Math.round(height * ratio)), height];
    return [
      `scale=${inner.join(':')}:flags=bicubic`,
      ...after,
      'format=rgb24',
      `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`,
    ];
  }

  private encode(frame: Frame): Buffer {
    const encoder = (this.encoder ??= openJpegEncoder(frame));
    frame.quality = jpegQuality;
    const packet = new Packet();
    packet.alloc();
    try {
      if (encoder.sendFrameSync(frame) < 0 || encoder.receivePacketSync(packet) < 0)
        throw new Error('A frame could not be encoded.');
      return Buffer.from(packet.data!);
    } finally {
      packet.free();
    }
  }
}

/** JPEG's colour format: full range, BT.601, no chroma subsampling. */
const colours: Readonly<Record<FrameEncoding, readonly string[]>> = {
  ppm: ['format=rgb24'],
  jpeg: ['format=rgb24', 'scale=out_range=full:out_color_matrix=bt601', 'format=yuvj444p'],
};

function openJpegEncoder({ width, height }: Frame): CodecContext {
  const codec = Codec.findEncoderByName('mjpeg' as never)!;
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = width;
  context.height = height;
  context.pixelFormat = AV_PIX_FMT_YUVJ444P;
  context.colorRange = AVCOL_RANGE_JPEG;
  context.timeBase = { num: 1, den: 25 } as never;
  context.threadCount = 1;
  context.setFlags(AV_CODEC_FLAG_QSCALE);
  context.globalQuality = jpegQuality;
  if (context.open2Sync(codec, null) < 0) throw new Error('The JPEG encoder could not be opened.');
  return context;
}

function asPpm(frame: Frame): Buffer {
  return Buffer.concat([Buffer.from(`P6\n${frame.width} ${frame.height}\n255\n`), frame.toBuffer()]);
}

function aspectOf(width: number, height: number, { num, den }: { num: number; den: number }): number {
  return (width / height) * (num > 0 && den > 0 ? num / den : 1);
}
