//# allFunctionsCalledOnLoad
import{o as a}from"./ZVPKH4XS.js";import"./5PYVIS6X.js";import"./NXL6MKJ4.js";import"./4P3FBCC2.js";import"./YOR2J5OL.js";import"./ME2ITJDE.js";import"./45GWE4C6.js";export{a as default};
