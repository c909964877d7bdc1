import { UserError } from '../../errors';
import { refuseGraph } from './graphFile';
import { RandomAccessFile } from '../randomAccessFile';
import { openSafetensors } from './safetensors';
import type { TensorFile } from './tensorFile';
import { type TensorFileArgs, namedTensors } from './namedTensors';
import { TorchReader, isTorchFile } from '../torch/reader';

/**
 * Opens a tensor file, safetensors or of `torch.save`, whatever its extension; no code in it is run.
 *
 * @throws UserError naming the file and what is wrong with it
 */
export async function openTensorFile(path: string, args: TensorFileArgs = {}): Promise<TensorFile> {
  const file = await openAsStored(path, args);
  try {
    return namedTensors(file, args);
  } catch (error) {
    file.close();
    throw error;
  }
}

async function openAsStored(path: string, { stateDict }: TensorFileArgs): Promise<TensorFile> {
  refuseGraph(path);
  const start = firstBytes(path, 512);
  if (isTorchFile(start)) return TorchReader.open(path, stateDict);
  if (start.length >= 9 && start[8] === '{'.charCodeAt(0)) return openSafetensors(path);
  if (Buffer.from(start.subarray(257, 262)).toString() === 'ustar') {
    throw new UserError(
      `"${path}" is a tar archive; unpack it, or if PyTorch before 0.2 wrote it, load and save it with a newer one.`,
    );
  }
  throw new UserError(
    `"${path}" is neither a safetensors file nor one that torch.save wrote; choose a .safetensors, .pth, .pth.tar or .pt file.`,
  );
}

function firstBytes(path: string, count: number): Uint8Array {
  const file = RandomAccessFile.open(path);
  try {
    return new Uint8Array(file.read(0, Math.min(count, file.byteLength)));
  } finally {
    file.close();
  }
}
