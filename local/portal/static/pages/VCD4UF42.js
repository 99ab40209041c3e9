import{m as a}from"./H425WQQ3.js";import"./5PYVIS6X.js";import"./4P3FBCC2.js";import"./YOR2J5OL.js";import"./ME2ITJDE.js";import"./45GWE4C6.js";export{a as default};
