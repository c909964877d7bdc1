export { fitLinearSvms, type FittedSvm, type SvmFitArgs } from './fitLinearSvms';
