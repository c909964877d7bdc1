interface SceneAxis {
  readonly title?: { readonly text: string };
  readonly showticklabels?: boolean;
  readonly showspikes?: boolean;
}

/** The coordinate system of points in 3D. */
export interface Scene {
  readonly xaxis?: SceneAxis;
  readonly yaxis?: SceneAxis;
  readonly zaxis?: SceneAxis;
  readonly aspectmode?: 'cube' | 'data';
  readonly camera?: { readonly eye: { readonly x: number; readonly y: number; readonly z: number } };
}
