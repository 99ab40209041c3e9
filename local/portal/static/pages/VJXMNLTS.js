import{a}from"./BACFTFJG.js";import"./KLVGKH76.js";import"./2LHYE5TS.js";import"./45GWE4C6.js";export{a as default};
