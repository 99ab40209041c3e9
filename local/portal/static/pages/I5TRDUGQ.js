//# allFunctionsCalledOnLoad
import{y as a}from"./GVMPLLXV.js";import"./ON2M5RRP.js";import"./LOMRNHXE.js";import"./SXGGYQYC.js";import"./KLVGKH76.js";import"./2LHYE5TS.js";import"./45GWE4C6.js";export{a as default};
