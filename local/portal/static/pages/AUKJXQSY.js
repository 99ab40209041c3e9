import{j as a}from"./G5X6HQRZ.js";import"./EMTP4OTB.js";import"./SJJB2AFC.js";import"./4AEI43B4.js";import"./7WVC5I65.js";import"./7EKUSWFV.js";import"./45GWE4C6.js";export{a as default};
