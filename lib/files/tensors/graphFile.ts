import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../errors';

/**
 * Rejects files that hold a graph: TensorFlow's SavedModel and frozen graphs, models of TensorFlow.js and
 * Keras, ONNX. A graph is code; this project builds all its graphs itself and loads none.
 *
 * @throws UserError naming the path and the accepted files
 */
export function refuseGraph(path: string): void {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const holdsGraph = isFolder
    ? ['saved_model.pb', 'saved_model.pbtxt', 'keras_metadata.pb', 'model.json'].some((name) =>
        existsSync(join(path, name)),
      )
    : /(\.(pb|pbtxt|h5|hdf5|keras|tflite|onnx|meta)|^model\.json)$/.test(basename(path));
  if (holdsGraph) {
    throw new UserError(
      `"${path}" holds a graph, which is code, and no code from files is run here; give its weights alone, as .safetensors or from torch.save, or a run folder.`,
    );
  }
}
