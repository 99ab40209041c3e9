import{a}from"./6W7EIXC5.js";import"./YOR2J5OL.js";import"./ME2ITJDE.js";import"./45GWE4C6.js";export{a as default};
