import{a}from"./7V7RZBMB.js";import"./CGN6BZQG.js";import"./5INZO7EZ.js";import"./45GWE4C6.js";export{a as default};
