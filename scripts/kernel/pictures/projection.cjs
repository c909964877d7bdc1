'use strict';

/*
 * 3D points need a graphics card; without one they are drawn in perspective from the layout's camera, in a cube with
 * thin edges.
 */

const defaultEye = { x: 1.25, y: 1.25, z: 1.25 };
const edgeColour = 'rgba(125, 135, 148, 0.45)';
const hidden = { visible: false, fixedrange: true };
/** Share of an axis left free at each end. */
const padding = 0.04;
const arrays = {
  ...{ f4: Float32Array, f8: Float64Array, i1: Int8Array, u1: Uint8Array, u1c: Uint8ClampedArray },
  ...{ i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array },
};

/** The figure unchanged, or with its 3D points projected onto the plane. */
function withoutScenes(figure) {
  const { data, layout = {} } = figure;
  const spatial = data.filter(({ type }) => type === 'scatter3d');
  if (spatial.length === 0) return figure;
  const points = spatial.map(({ x, y, z }) => [x, y, z].map(numbers));
  const ranges = [0, 1, 2].map((axis) => rangeOf(points.flatMap((point) => [...point[axis]])));
  const project = projection(layout.scene?.camera);
  const onPaper = (columns) => {
    const places = Array.from(columns[0], (_, n) =>
      project(
        columns.map(
          (column, axis) => (column[n] - ranges[axis][0]) / (ranges[axis][1] - ranges[axis][0]) - 0.5,
        ),
      ),
    );
    return { x: places.map(([x]) => x), y: places.map(([, y]) => y) };
  };
  const flat = spatial.map((trace, i) => ({
    ...trace,
    type: 'scatter',
    z: undefined,
    marker: {
      ...trace.marker,
      size: magnified(trace.marker?.size),
      line: { width: 0, ...trace.marker?.line },
    },
    ...onPaper(points[i]),
  }));
  return {
    ...figure,
    data: [...data.filter((trace) => !spatial.includes(trace)), cube(project), ...flat],
    layout: {
      ...layout,
      scene: undefined,
      /** The clip panel is not part of a picture. */
      margin: { ...layout.margin, ...(layout.meta?.clips && { r: 0 }) },
      xaxis: hidden,
      yaxis: { ...hidden, scaleanchor: 'x' },
    },
  };
}

/** In 3D, Plotly draws points at about twice their size in 2D. */
function magnified(size = 8) {
  return Array.isArray(size) ? size.map(magnified) : 2 * size;
}

/** Projects a point in the unit cube around 0 onto the page, as seen from the camera. */
function projection({ eye = defaultEye, center = {}, up = {} } = {}) {
  const from = [eye.x, eye.y, eye.z];
  const towards = unit(minus([center.x ?? 0, center.y ?? 0, center.z ?? 0], from));
  const right = unit(cross(towards, [up.x ?? 0, up.y ?? 0, up.z ?? 1]));
  const above = cross(right, towards);
  return (place) => {
    const seen = minus(place, from);
    const depth = dot(seen, towards);
    return [dot(seen, right) / depth, dot(seen, above) / depth];
  };
}

/** The edges of the cube as one line with gaps. */
function cube(project) {
  const x = [];
  const y = [];
  for (let axis = 0; axis < 3; axis++) {
    for (const [first, second] of [
      [-0.5, -0.5],
      [-0.5, 0.5],
      [0.5, -0.5],
      [0.5, 0.5],
    ]) {
      for (const end of [-0.5, 0.5]) {
        const place = [first, second];
        place.splice(axis, 0, end);
        const [px, py] = project(place);
        x.push(px);
        y.push(py);
      }
      x.push(null);
      y.push(null);
    }
  }
  return { type: 'scatter', mode: 'lines', x, y, line: { color: edgeColour, width: 1 }, showlegend: false };
}

/** Numbers from a list, or from Plotly's binary form. */
function numbers(values = []) {
  if (!values.bdata) return values;
  const bytes = Buffer.from(values.bdata, 'base64');
  const Kind = arrays[values.dtype];
  return new Kind(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function rangeOf(values) {
  const finite = values.filter(Number.isFinite);
  const [low, high] = finite.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [Infinity, -Infinity],
  );
  const free = padding * (high - low) || 0.5;
  return [low - free, high + free];
}

const minus = (a, b) => a.map((value, i) => value - b[i]);
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const cross = ([a, b, c], [d, e, f]) => [b * f - c * e, c * d - a * f, a * e - b * d];
const unit = (a) => a.map((value) => value / Math.hypot(...a));

module.exports = { withoutScenes };
