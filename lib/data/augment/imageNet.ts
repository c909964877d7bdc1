/** Statistics of ImageNet's red, green and blue, with which frames in [0, 1] are normalised. */
export const imageNetMean = [0.485, 0.456, 0.406] as const;
export const imageNetStd = [0.229, 0.224, 0.225] as const;
