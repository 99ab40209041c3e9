//# allFunctionsCalledOnLoad
import{h as a}from"./SWDNFLVP.js";import"./JONK4JU6.js";import"./LOMRNHXE.js";import"./SXGGYQYC.js";import"./KLVGKH76.js";import"./2LHYE5TS.js";import"./45GWE4C6.js";export{a as default};
