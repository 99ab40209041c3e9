import{a}from"./BBOJ6TMY.js";import"./7WVC5I65.js";import"./7EKUSWFV.js";import"./45GWE4C6.js";export{a as default};
