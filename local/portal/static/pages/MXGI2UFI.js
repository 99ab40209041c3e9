import{j as a}from"./BB5OOJ7Y.js";import"./ON2M5RRP.js";import"./JONK4JU6.js";import"./SXGGYQYC.js";import"./KLVGKH76.js";import"./2LHYE5TS.js";import"./45GWE4C6.js";export{a as default};
