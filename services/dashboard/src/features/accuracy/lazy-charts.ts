/** The charts, which load after the page. */
import { lazy } from 'react';

export const OverTimeChart = lazy(() => import('./charts').then(({ OverTimeChart: default_ }) => ({ default: default_ })));
export const CalibrationChart = lazy(() => import('./charts').then(({ CalibrationChart: default_ }) => ({ default: default_ })));
